using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using WorkflowAspire.Workflows.Llm.Connections;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Llm.Answers;

/// <summary>Answers that were given before, by tenant and content.</summary>
internal sealed class AnswerCache(WorkflowDatabase database, TimeProvider time)
{
    /// <summary>The key of a request: everything that decides its answer, and whose it is.</summary>
    public static string KeyOf(Guid tenantId, LanguageModel model, ChatRequest request, JsonElement? schema)
    {
        var content = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(content))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(tenantId);
            writer.WriteStringValue(model.Name);
            writer.WriteStringValue(model.Endpoint.Endpoint.AbsoluteUri);
            writer.WriteStringValue(request.Model ?? model.Endpoint.Model);
            writer.WriteStringValue(request.System);
            foreach (var message in request.Earlier)
            {
                writer.WriteStartArray();
                writer.WriteStringValue(message.Role);
                writer.WriteStringValue(message.Text);
                writer.WriteEndArray();
            }

            writer.WriteStringValue(request.User);
            if (request.Temperature is { } temperature) writer.WriteNumberValue(temperature);
            else writer.WriteNullValue();
            if (request.MaxTokens is { } most) writer.WriteNumberValue(most);
            else writer.WriteNullValue();
            writer.WriteStringValue(model.Options.JsonOutput.ToString());
            if (schema is { } form) form.WriteTo(writer);
            else writer.WriteNullValue();
            writer.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(content.WrittenSpan));
    }

    public async Task<ChatAnswer?> FindAsync(Guid tenantId, string key, CancellationToken ct) =>
        (await database.QueryAsync(
            "SELECT text, model, finish_reason FROM workflow_llm_cache WHERE tenant_id = @tenant AND key = @key AND expires_at > @now",
            new StoreParameters { ["tenant"] = tenantId, ["key"] = key, ["now"] = time.GetUtcNow() },
            row => new ChatAnswer(row.GetString(0), row.GetString(1), 0, 0, 0, row.GetTextOrNull(2), FromCache: true),
            ct).ConfigureAwait(false)).SingleOrDefault();

    public async Task KeepAsync(Guid tenantId, string key, ChatAnswer answer, TimeSpan duration, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await database.ExecuteAsync("DELETE FROM workflow_llm_cache WHERE expires_at <= @now", new StoreParameters { ["now"] = now }, ct).ConfigureAwait(false);
        await database.ExecuteAsync(
            """
            INSERT INTO workflow_llm_cache (tenant_id, key, model, text, finish_reason, expires_at) VALUES (@tenant, @key, @model, @text, @reason, @expires)
            ON CONFLICT (tenant_id, key) DO UPDATE
            SET model = excluded.model, text = excluded.text, finish_reason = excluded.finish_reason, expires_at = excluded.expires_at
            """,
            new StoreParameters
            {
                ["tenant"] = tenantId,
                ["key"] = key,
                ["model"] = answer.Model,
                ["text"] = answer.Text,
                ["reason"] = answer.FinishReason,
                ["expires"] = now + duration,
            },
            ct).ConfigureAwait(false);
    }
}
