using System.Collections;
using System.Data;
using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;

namespace WorkflowAspire.Workflows.Store;

/// <summary>The parameters of one statement, each in the form that the database at hand keeps.</summary>
/// <remarks>
/// PostgreSQL has uuid and timestamptz. SQLite has neither: ids are lower-case text and instants ISO 8601 text of fixed
/// width in UTC, so that both sort as they do in PostgreSQL.
/// </remarks>
internal sealed class StoreParameters : SqlMapper.IDynamicParameters
{
    private const string Iso8601 = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    private readonly Dictionary<string, object?> _values = [];

    /// <summary>The value of one; null where it has none.</summary>
    public object? this[string name]
    {
        get => _values.GetValueOrDefault(name);
        set => _values[name] = value;
    }

    public void AddParameters(IDbCommand command, SqlMapper.Identity identity) =>
        AddTo(command.Parameters, command.CreateParameter, asText: command is SqliteCommand);

    /// <summary>Adds them to any command.</summary>
    /// <param name="parameters">The command's.</param>
    /// <param name="create">Makes one of its kind.</param>
    /// <param name="asText">Whether the database keeps ids and instants as text.</param>
    public void AddTo(IList parameters, Func<IDbDataParameter> create, bool asText)
    {
        foreach (var name in _values.Keys)
        {
            var parameter = create();
            parameter.ParameterName = name;
            parameter.Value = ValueFor(name, asText) ?? DBNull.Value;
            parameters.Add(parameter);
        }
    }

    /// <summary>The value of one in the form that the database keeps.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="asText">Whether the database keeps ids and instants as text.</param>
    public object? ValueFor(string name, bool asText)
    {
        var value = this[name];
        return value is string text ? Storable(text) : asText ? ToText(value) : ToUtc(value);
    }

    private static object? ToText(object? value) => value switch
    {
        Guid id => id.ToString("D"),
        DateTimeOffset instant => instant.UtcDateTime.ToString(Iso8601, CultureInfo.InvariantCulture),
        _ => value,
    };

    // PostgreSQL's text holds neither NUL nor half a surrogate pair; an error may quote both, and a filter may ask for them.
    private static string Storable(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') || text.Contains('\0')
        ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD')
        : text;

    private static object? ToUtc(object? value) => value is DateTimeOffset instant ? instant.UtcDateTime : value;
}
