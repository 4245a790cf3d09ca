using Acornima;
using Acornima.Ast;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>What a script refers to, found by its syntax tree.</summary>
internal sealed class ScriptSyntax
{
    private static readonly HashSet<string> Known =
    [
        "input", "steps", "run", "item", "index", "undefined", "NaN", "Infinity", "Math", "JSON", "Number", "String", "Boolean", "Array", "Object", "BigInt",
        "Symbol", "RegExp", "Map", "Set", "Error", "TypeError", "RangeError", "parseInt", "parseFloat", "isNaN", "isFinite", "encodeURIComponent",
        "decodeURIComponent", "encodeURI", "decodeURI", "Reflect", "Iterator",
    ];

    private readonly HashSet<string> _declared = [];
    private readonly HashSet<string> _used = [];
    private readonly HashSet<string> _steps = [];
    private bool _anyStep;
    private bool _random;

    private ScriptSyntax()
    {
    }

    /// <summary>The steps that it reads; null where only running it would tell.</summary>
    public IReadOnlySet<string>? Steps => _anyStep ? null : _steps;

    /// <exception cref="ParseErrorException">It is no expression.</exception>
    public static ScriptSyntax OfExpression(string source) => Of(new Parser().ParseExpression(source, strict: true));

    /// <exception cref="ParseErrorException">It is no function body.</exception>
    public static ScriptSyntax OfFunctionBody(string source) => Of(new Parser().ParseExpression($"function () {{{source}\n}}", strict: true));

    /// <summary>What it must not refer to at this place.</summary>
    /// <param name="visible">What can be referred to.</param>
    /// <param name="deterministic">Whether it must give the same each time.</param>
    public IEnumerable<string> Refuse(Visible visible, bool deterministic)
    {
        foreach (var step in _steps)
            if (visible.RefuseStep(step) is { } refusal) yield return refusal;
        foreach (var name in _used.Except(_declared))
        {
            if (visible.RefuseName(name) is { } refusal) yield return refusal;
            else if (name is "Date" or "Temporal" or "Intl" && deterministic) yield return $"'{name}' could give another value in the next attempt of the run; use it in a code step, whose output is kept.";
            else if (!Known.Contains(name) && name is not ("Date" or "Intl" or "Temporal")) yield return $"'{name}' is not known here; one can use {Visible.Names}, and JavaScript's own Math, JSON, String and so on.";
        }

        if (_random && deterministic) yield return "'Math.random' would give another value in the next attempt of the run; use it in a code step, whose output is kept.";
    }

    private static ScriptSyntax Of(Node root)
    {
        var syntax = new ScriptSyntax();
        syntax.Visit(root);
        return syntax;
    }

    private void Visit(Node node)
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
