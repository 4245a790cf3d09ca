using Fluid.Ast;

namespace WorkflowAspire.Evaluator.Templates;

/// <summary>The steps and secrets that a template names, and how deep it nests.</summary>
internal sealed class References : AstVisitor
{
    private int _depth;

    public HashSet<string> Found { get; } = [];

    public override Statement Visit(Statement statement)
    {
        Enter();
        var visited = base.Visit(statement);
        _depth--;
        return visited;
    }

    public override Expression Visit(Expression expression)
    {
        Enter();
        var visited = base.Visit(expression);
        _depth--;
        return visited;
    }

    protected override Expression VisitMemberExpression(MemberExpression memberExpression)
    {
        if (memberExpression.Segments is { Count: > 0 } path && path[0] is IdentifierSegment { Identifier: var name })
        {
            // A Liquid loop may well name its own variable "item".
            if (name == "steps" && path.Count > 1 && path[1] is IdentifierSegment { Identifier: { } step }) Found.Add($"steps.{step}");
            if (name == "secrets") Found.Add(name);
        }

        return base.VisitMemberExpression(memberExpression);
    }

    private void Enter()
    {
        if (++_depth > Nesting.MaxExpressions) throw Nesting.TooDeep();
    }
}
