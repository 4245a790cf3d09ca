using Acornima;
using Acornima.Ast;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Evaluator.Scripts;

/// <summary>What a script refers to, found by its syntax tree.</summary>
internal sealed class ScriptSyntax
{
    /// <summary>How deep a script may nest: what is accepted can be run.</summary>
    public const int MaxDepth = 500;

    private static readonly string[] Roots = ["input", "run", "steps", "item", "index"];

    private readonly HashSet<string> _declared = [];
    private readonly HashSet<string> _used = [];
    private readonly HashSet<string> _steps = [];
    private bool _anyStep;
    private bool _random;
    private int _depth;

    private ScriptSyntax()
    {
    }

    /// <exception cref="FaultException">It is no expression.</exception>
    public static ScriptFacts OfExpression(string source)
    {
        var root = Parse(source, source);
        return Of(root, PathOf(root));
    }

    /// <exception cref="FaultException">It is no function body.</exception>
    public static ScriptFacts OfFunctionBody(string source) => Of(Parse(source, $"function () {{{source}\n}}"), path: null);

    private static Acornima.Ast.Expression Parse(string source, string wrapped)
    {
        Brackets.Check(source);
        try
        {
            return new Parser().ParseExpression(wrapped, strict: true);
        }
        catch (ParseErrorException error)
        {
            throw new FaultException(error.Message);
        }
        catch (InsufficientExecutionStackException)
        {
            throw Brackets.TooDeep();
        }
    }

    private static ScriptFacts Of(Node root, string[]? path)
    {
        var syntax = new ScriptSyntax();
        syntax.Visit(root);
        return new ScriptFacts([.. syntax._used.Except(syntax._declared)], [.. Roots.Where(root => syntax._used.Contains(root) || (root == "steps" && syntax._steps.Count > 0))], syntax._anyStep ? null : [.. syntax._steps], syntax._random, path);
    }

    private static string[]? PathOf(Node node)
    {
        var names = new Stack<string>();
        while (node is MemberExpression { Optional: false } member && NameOf(member) is { } name)
        {
            names.Push(name);
            node = member.Object;
        }

        if (node is not Identifier { Name: "input" or "steps" or "run" or "item" or "index" } root) return null;
        names.Push(root.Name);
        return [.. names];
    }

    private void Visit(Node node)
    {
        if (++_depth > MaxDepth) throw Brackets.TooDeep();
        VisitOne(node);
        _depth--;
    }

    private void VisitOne(Node node)
    {
        switch (node)
        {
            case MemberExpression { Object: Identifier { Name: "steps" } } member:
                if (NameOf(member) is { } step) _steps.Add(step);
                else _anyStep = true;
                if (member.Computed) Visit(member.Property);
                return;
            case MemberExpression member:
                _random |= member.Object is Identifier { Name: "Math" } && NameOf(member) is null or "random";
                Visit(member.Object);
                if (member.Computed) Visit(member.Property);
                return;
            case Property { Computed: false } property:
                Visit(property.Value);
                return;
            case IFunction function:
                foreach (var parameter in function.Params) Declare(parameter);
                if (function.Id is { } id) _declared.Add(id.Name);
                break;
            case VariableDeclarator declarator:
                Declare(declarator.Id);
                break;
            case CatchClause { Param: { } caught }:
                Declare(caught);
                break;
            case Identifier identifier:
                _used.Add(identifier.Name);
                // As a whole, for example in Object.keys(steps).
                if (identifier.Name == "steps") _anyStep = true;
                return;
        }

        foreach (var child in node.ChildNodes) Visit(child);
    }

    private void Declare(Node pattern)
    {
        if (pattern is Identifier identifier) _declared.Add(identifier.Name);
        else foreach (var child in pattern.ChildNodes) Declare(child);
    }

    private static string? NameOf(MemberExpression member) => member switch
    {
        { Computed: false, Property: Identifier name } => name.Name,
        { Computed: true, Property: StringLiteral text } => text.Value,
        _ => null,
    };
}
