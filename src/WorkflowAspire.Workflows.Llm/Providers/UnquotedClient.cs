using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Keeps what providers say out of the traces around it: an error goes through them inside one that quotes nobody.</summary>
internal sealed class UnquotedClient(IChatClient client) : DelegatingChatClient(client)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new UnansweredException(error);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = updates.ConfigureAwait(false);
        while (await MoveAsync(updates).ConfigureAwait(false)) yield return updates.Current;
    }

    private static async Task<bool> MoveAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new UnansweredException(error);
        }
    }
}

/// <summary>A model gave no answer; why is inside.</summary>
internal sealed class UnansweredException(Exception cause) : Exception("The model gave no answer.", cause);
