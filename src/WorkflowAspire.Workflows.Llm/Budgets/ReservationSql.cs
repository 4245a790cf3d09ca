using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Llm.Budgets;

/// <summary>What the two databases say differently of the reservations in a budget's row: an object of ids with tokens and end.</summary>
/// <param name="Sum">The tokens of those that have not come to their end by <c>@now</c>.</param>
/// <param name="WithNew">Those, and one more: <c>@reservation</c>, <c>@tokens</c>, <c>@until</c>.</param>
/// <param name="WithoutIt">All but <c>@reservation</c>.</param>
/// <param name="HasIt">Whether <c>@reservation</c> is among them.</param>
internal sealed record ReservationSql(string Sum, string WithNew, string WithoutIt, string HasIt)
{
    private const string Column = "workflow_llm_budgets.reservations";

    private static readonly ReservationSql Postgres = new(
        $"(SELECT COALESCE(SUM((value ->> 0)::bigint), 0) FROM jsonb_each({Column}::jsonb) WHERE (value ->> 1)::bigint > @now)",
        $$"""
        ((SELECT COALESCE(jsonb_object_agg(key, value), '{}'::jsonb) FROM jsonb_each({{Column}}::jsonb) WHERE (value ->> 1)::bigint > @now)
            || jsonb_build_object(@reservation::text, jsonb_build_array(@tokens::bigint, @until::bigint)))::text
        """,
        $"({Column}::jsonb - @reservation::text)::text",
        $"jsonb_exists({Column}::jsonb, @reservation::text)");

    private static readonly ReservationSql Sqlite = new(
        $"(SELECT COALESCE(SUM(json_extract(value, '$[0]')), 0) FROM json_each({Column}) WHERE json_extract(value, '$[1]') > @now)",
        $"""
        json_set((SELECT json_group_object(key, json(value)) FROM json_each({Column}) WHERE json_extract(value, '$[1]') > @now),
            '$.' || @reservation, json_array(@tokens, @until))
        """,
        $"json_remove({Column}, '$.' || @reservation)",
        $"json_type({Column}, '$.' || @reservation) IS NOT NULL");

    public static ReservationSql Of(StoreDialect dialect) => dialect == StoreDialect.Sqlite ? Sqlite : Postgres;
}
