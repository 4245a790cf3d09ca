using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Headers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using OllamaSharp;
using OpenAI;
using WorkflowAspire.Workflows.Llm.Connections;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Makes the client of a provider. It neither retries nor times out: the step's pipeline does.</summary>
internal static class ProviderClient
{
    public static IChatClient Create(ModelEndpoint endpoint, int maxResponseBytes, TimeProvider time, ILoggerFactory loggers, SocketsHttpHandler? connections = null)
    {
        // Not from the HTTP client factory: what services add to all its clients (retries, header logs) must not touch these.
        connections ??= new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        connections.AllowAutoRedirect = false;
        var isOpenAI = endpoint.Provider == ModelProvider.OpenAI;
        HttpMessageHandler sending = isOpenAI ? new ParameterNames(endpoint.Endpoint) { InnerHandler = connections } : connections;
        var refusals = new ProviderRefusals(endpoint.Redact, time) { InnerHandler = sending };
        var answers = new ProviderAnswers(model => isOpenAI ? new OpenAIDialect(model, endpoint.Redact) : new OllamaDialect(model, endpoint.Redact), maxResponseBytes) { InnerHandler = refusals };
        var http = new HttpClient(answers) { Timeout = Timeout.InfiniteTimeSpan };
        return new UnquotedClient(isOpenAI ? OpenAI(endpoint, http) : Ollama(endpoint, http)).AsBuilder()
            .UseOpenTelemetry(loggers, LanguageModelTelemetry.SourceName, telemetry => telemetry.EnableSensitiveData = false)
            .Build();
    }

    private static IChatClient OpenAI(ModelEndpoint endpoint, HttpClient http) => new OpenAI.Chat.ChatClient(
        endpoint.Model,
        // Local servers of the same protocol often want no key, but the client does.
        new ApiKeyCredential(endpoint.Key ?? "none"),
        new OpenAIClientOptions
        {
            Endpoint = endpoint.Endpoint,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
        }).AsIChatClient();

    private static OllamaApiClient Ollama(ModelEndpoint endpoint, HttpClient http)
    {
        // Without the slash at its end, its last part would be replaced by the call's own path.
        http.BaseAddress = endpoint.Endpoint.AbsolutePath.EndsWith('/') ? endpoint.Endpoint : new Uri($"{endpoint.Endpoint.AbsoluteUri}/");
        if (endpoint.Key is { } key) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return new OllamaApiClient(http, endpoint.Model);
    }
}
