using Acornima;

namespace WorkflowAspire.Evaluator.Scripts;

/// <summary>Goes through a script token by token, which needs no stack however deep it nests.</summary>
internal static class Brackets
{
    private const int MaxDepth = 200;

    // In an expression a brace begins an object; a tokenizer that begins with one would take it for a block.
    private const string Opening = "(";

    public static FaultException TooDeep() => new($"it nests deeper than {MaxDepth} brackets or {ScriptSyntax.MaxDepth} operators; compute it in several steps");

    /// <exception cref="FaultException">It nests too deeply.</exception>
    public static void Check(string source)
    {
        var tokenizer = Tokenizer(source);
        var depth = 0;
        try
        {
            for (var token = tokenizer.GetToken(); token.Kind != TokenKind.EOF; token = tokenizer.GetToken())
            {
                if (token.Kind != TokenKind.Punctuator) continue;
                depth += Step(token);
                if (depth > MaxDepth) throw TooDeep();
            }
        }
        catch (ParseErrorException)
        {
            // The parser says it with its place.
        }
    }

    /// <summary>Where the expression ends that begins here: the place of its closing brace.</summary>
    /// <returns>Null where it has none.</returns>
    /// <exception cref="FaultException">What stands there is no JavaScript.</exception>
    public static int? EndOf(string source)
    {
        var tokenizer = Tokenizer(source);
        var depth = 0;
        try
        {
            for (var token = tokenizer.GetToken(); token.Kind != TokenKind.EOF; token = tokenizer.GetToken())
            {
                if (token.Kind != TokenKind.Punctuator) continue;
                var raw = token.GetRawValue(tokenizer.Input);
                if (raw is "{" or "${") depth++;
                else if (raw is "}" && depth-- == 0) return token.Start - Opening.Length;
            }
        }
        catch (ParseErrorException error)
        {
            throw new FaultException(error.Message);
        }

        return null;
    }

    private static Tokenizer Tokenizer(string source) =>
        new(Opening + source, new TokenizerOptions { AllowHashBang = false });

    private static int Step(in Token token) => token.Value switch
    {
        "(" or "[" or "{" or "${" => 1,
        ")" or "]" or "}" => -1,
        _ => 0,
    };
}
