using System.Globalization;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace WorkflowAspire.LocalHosting.Commands;

/// <summary>A command that is an HTTP request to one of the resource's endpoints.</summary>
internal sealed record HttpCommand(string Name, string DisplayName, string Path, EndpointReference Endpoint, HttpCommandOptions Options) : IResourceAnnotation
{
    // A command may take long; whoever executes it can call it off.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public async Task<ExecuteCommandResult> ExecuteAsync(CancellationToken ct)
    {
        if (!Endpoint.IsAllocated) return Failed($"'{Endpoint.Resource.Name}' has no address yet; execute '{Name}' when it runs.");
        try
        {
            using var request = new HttpRequestMessage(Options.Method ?? HttpMethod.Post, new Uri(new Uri(Endpoint.Url), Path));
            using var response = await Http.SendAsync(request, ct).ConfigureAwait(false);
            var body = await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? new ExecuteCommandResult { Success = true, Data = Data(response, body) }
                : Failed(string.Create(CultureInfo.InvariantCulture, $"{request.Method} {Path} answered {(int)response.StatusCode}{Reason(body)}"), Data(response, body));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return new ExecuteCommandResult { Success = false, Canceled = true };
        }
        catch (HttpRequestException error)
        {
            return Failed($"{Path} of '{Endpoint.Resource.Name}' can't be reached: {error.Message}");
        }
    }

    private static ExecuteCommandResult Failed(string message, CommandResultData? data = null) => new() { Success = false, Message = message, Data = data };

    private CommandResultData? Data(HttpResponseMessage response, string body)
    {
        if (Options.ResultMode == HttpCommandResultMode.None || body.Length == 0) return null;
        var isJson = Options.ResultMode == HttpCommandResultMode.Json
            || (Options.ResultMode == HttpCommandResultMode.Auto && response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) == true);
        return new CommandResultData { Value = body, Format = isJson ? CommandResultFormat.Json : CommandResultFormat.Text };
    }

    // A ProblemDetails says more than its status.
    private static string Reason(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.ValueKind == JsonValueKind.Object && problem.RootElement.TryGetProperty("detail", out var detail) ? $": {detail}" : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
