using System.Data.Common;
using NpgsqlTypes;

namespace WorkflowAspire.Workflows.Store;

/// <summary>
/// A statement for writes that come in crowds: those of a batch are one execution on PostgreSQL, whose rows they give. SQLite, which has no
/// round trips, executes it once for each.
/// </summary>
internal sealed class SetStatement
{
    private const string Given = "$given$";

    /// <param name="sql">
    /// The text, with <c>$given$</c> in a FROM for what the writes give: a relation <c>given</c> of these columns. It returns the run's id first, once
    /// for each write that took effect.
    /// </param>
    /// <param name="columns">What a write gives: the values of its parameters of these names. The first is the run's id.</param>
    public SetStatement(string sql, params SetColumn[] columns)
    {
        var names = columns.Select(column => column.Name).ToArray();
        Postgres = sql.Replace(Given, $"unnest({string.Join(", ", names.Select(name => $"@{name}"))}) AS given ({string.Join(", ", names)})", StringComparison.Ordinal);
        Sqlite = sql.Replace(Given, $"(SELECT {string.Join(", ", names.Select(name => $"@{name} AS {name}"))}) AS given", StringComparison.Ordinal);
        Columns = columns;
    }

    /// <summary>The text whose parameters are arrays.</summary>
    public string Postgres { get; }

    /// <summary>The text whose parameters are a write's own values.</summary>
    public string Sqlite { get; }

    /// <summary>What a write gives; the first is the run's id.</summary>
    public IReadOnlyList<SetColumn> Columns { get; }

    /// <summary>
    /// What tells several writes of one run apart, which may be one execution then: the columns whose values the statement returns behind the
    /// run's id. Empty where a run may be in it once only.
    /// </summary>
    public IReadOnlyList<string> TellsApart { get; init; } = [];

    /// <summary>Whether a returned row is a write's, of those that are about the row's run.</summary>
    public bool IsOf(PendingWrite write, DbDataReader row)
    {
        for (var i = 0; i < TellsApart.Count; i++)
            if (!row.GetValue(i + 1).Equals(write.Parameters.ValueFor(TellsApart[i], asText: false))) return false;
        return true;
    }
}

/// <summary>One value that each write of a <see cref="SetStatement"/> gives.</summary>
/// <param name="Name">The parameter's name.</param>
/// <param name="ElementType">PostgreSQL's type.</param>
/// <param name="Collect">Makes the array that PostgreSQL is sent.</param>
internal sealed record SetColumn(string Name, NpgsqlDbType ElementType, Func<IEnumerable<object?>, Array> Collect)
{
    public static SetColumn Uuid(string name) => new(name, NpgsqlDbType.Uuid, values => values.Cast<Guid?>().ToArray());

    public static SetColumn Text(string name) => new(name, NpgsqlDbType.Text, values => values.Cast<string?>().ToArray());

    public static SetColumn Integer(string name) => new(name, NpgsqlDbType.Integer, values => values.Cast<int?>().ToArray());

    public static SetColumn Instant(string name) => new(name, NpgsqlDbType.TimestampTz, values => values.Cast<DateTime?>().ToArray());
}
