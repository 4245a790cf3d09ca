namespace Aspire.Hosting.Testing;

/// <summary>An AppHost's description in the hands of a test, which may still change it.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Builds the application; the test starts it.</summary>
    /// <param name="cancellationToken">Ends the wait for the AppHost.</param>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}
