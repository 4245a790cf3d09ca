using Aspire.Hosting.ApplicationModel;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>A connection string that is known once it is decided what serves the resource.</summary>
internal sealed class ConnectionStringSource : IValueProvider, IManifestExpressionProvider
{
    private readonly TaskCompletionSource<string> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string ValueExpression => "{connectionString}";

    public void Set(string connectionString) => _decided.TrySetResult(connectionString);

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        await _decided.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
}
