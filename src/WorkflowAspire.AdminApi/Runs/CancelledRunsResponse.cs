namespace WorkflowAspire.AdminApi.Runs;

/// <summary>What became of a tenant's runs.</summary>
/// <param name="Cancelled">How many were cancelled.</param>
internal sealed record CancelledRunsResponse(int Cancelled);
