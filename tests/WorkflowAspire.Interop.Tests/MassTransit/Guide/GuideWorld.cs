using System.Collections.Concurrent;

namespace WorkflowAspire.Interop.Tests.MassTransit.Guide;

/// <summary>What the guide's consumers use; a disk that fails at its first use, so that there is something to retry.</summary>
public sealed class Thumbnails
{
    private int _made;
    private int _asked;

    public bool IsUploaded(string file) => file != "late.png" || Interlocked.Increment(ref _asked) > 1;

    public Task<string> MakeAsync(Picture picture, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Increment(ref _made) == 1) throw new IOException("The disk is busy.");
        return Task.FromResult($"/thumbnails/{picture.Width}/{picture.File}");
    }
}

public sealed class SearchIndex
{
    public ConcurrentQueue<string> Urls { get; } = [];

    public Task AddAsync(string[] urls, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var url in urls) Urls.Enqueue(url);
        return Task.CompletedTask;
    }
}

/// <summary>Whose picture it is, for what a consumer's scope creates.</summary>
public sealed class Tenant
{
    public string? Id { get; set; }
}
