namespace WorkflowAspire.Hosting.Postgres;

/// <summary>There can be no private cluster here; the message says why.</summary>
internal sealed class PostgresUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
