namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>An answer that comes line by line, read as far as somebody reads it.</summary>
internal sealed class AnswerParts(StreamReader lines, ProviderDialect dialect) : Stream
{
    private ReadOnlyMemory<byte> _part;
    private bool _isOver;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_part.IsEmpty && !_isOver) _part = await NextAsync(cancellationToken).ConfigureAwait(false);
        var read = Math.Min(buffer.Length, _part.Length);
        _part[..read].CopyTo(buffer);
        _part = _part[read..];
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A client that looks for the end of its lines reads ahead like this.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) lines.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<byte[]> NextAsync(CancellationToken ct)
    {
        string? line;
        try
        {
            line = dialect.IsDone ? null : await lines.ReadLineAsync(ct).ConfigureAwait(false);
        }
        catch (System.Text.DecoderFallbackException error)
        {
            throw ModelFailure.Passing($"the answer can't be read, it is no text in {lines.CurrentEncoding.WebName}", error);
        }

        if (line is not null) return dialect.Line(line);
        _isOver = true;
        return dialect.End();
    }
}
