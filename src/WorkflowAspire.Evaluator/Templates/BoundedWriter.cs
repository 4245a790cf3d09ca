namespace WorkflowAspire.Evaluator.Templates;

/// <summary>Text of a limited length.</summary>
internal sealed class BoundedWriter(int most, CancellationToken ct) : StringWriter(System.Globalization.CultureInfo.InvariantCulture)
{
    public override void Write(char value)
    {
        Refuse(1);
        base.Write(value);
    }

    public override void Write(string? value)
    {
        Refuse(value?.Length ?? 0);
        base.Write(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        Refuse(count);
        base.Write(buffer, index, count);
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        Refuse(buffer.Length);
        base.Write(buffer);
    }

    private void Refuse(int more)
    {
        ct.ThrowIfCancellationRequested();
        if (GetStringBuilder().Length + (long)more > most) throw new OutputException();
    }
}
