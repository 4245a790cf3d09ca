using System.Data.Common;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Columns that may be NULL.</summary>
internal static class ColumnReading
{
    extension(DbDataReader row)
    {
        public string? GetTextOrNull(int column) => row.IsDBNull(column) ? null : row.GetString(column);

        public DateTimeOffset GetInstant(int column) => row.GetFieldValue<DateTimeOffset>(column);

        public DateTimeOffset? GetInstantOrNull(int column) => row.IsDBNull(column) ? null : row.GetInstant(column);
    }
}
