using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace WorkflowAspire.Evaluator.Protocol;

/// <summary>Both directions of the conversation: frames of a length (four bytes, little endian) and as many bytes.</summary>
internal static class Frames
{
    private const byte OnlyIfFirst = 1;
    private const byte Forget = 2;

    /// <summary>Writes an assignment; the source of a text only where the evaluator doesn't know it by its number.</summary>
    /// <param name="assignment">What to do.</param>
    /// <param name="number">A text's number, and whether it is new to the evaluator.</param>
    /// <param name="forget">Whether the evaluator forgets all texts that it knows first.</param>
    /// <param name="frame">Takes the frame.</param>
    public static void Write(Assignment assignment, Func<TenantText, (int Number, bool IsNew)> number, bool forget, ArrayBufferWriter<byte> frame)
    {
        frame.ResetWrittenCount();
        WriteInt(frame, 0);
        WriteByte(frame, (byte)((assignment.OnlyIfFirst ? OnlyIfFirst : 0) | (forget ? Forget : 0)));
        WriteLong(frame, assignment.Limits.Time.Ticks);
        WriteLong(frame, assignment.Limits.Allocations);
        WriteInt(frame, assignment.Limits.Statements);
        WriteInt(frame, assignment.Limits.Recursion);
        WriteInt(frame, assignment.Limits.Output);
        WriteLong(frame, assignment.Now.UtcTicks);
        WriteInt(frame, assignment.Data.Length);
        frame.Write(assignment.Data.Span);
        WriteInt(frame, assignment.Tasks.Count);
        foreach (var (purpose, text) in assignment.Tasks)
        {
            var (id, isNew) = number(text);
            WriteByte(frame, (byte)purpose);
            WriteByte(frame, (byte)text.Kind);
            WriteInt(frame, id);
            if (isNew) WriteText(frame, text.Source);
            else WriteInt(frame, -1);
        }

        Close(frame);
    }

    /// <summary>Reads an assignment.</summary>
    /// <param name="frame">The frame without its length.</param>
    /// <param name="texts">The texts that are known by their numbers; new ones are added.</param>
    public static Assignment ReadAssignment(ReadOnlyMemory<byte> frame, Dictionary<int, TenantText> texts)
    {
        var at = 0;
        var flags = frame.Span[at++];
        if ((flags & Forget) != 0) texts.Clear();
        var time = TimeSpan.FromTicks(ReadLong(frame, ref at));
        var limits = new Limits(time, ReadLong(frame, ref at), ReadInt(frame, ref at), ReadInt(frame, ref at), ReadInt(frame, ref at));
        var now = new DateTimeOffset(ReadLong(frame, ref at), TimeSpan.Zero);
        var data = ReadBytes(frame, ReadInt(frame, ref at), ref at);
        var tasks = new Work[ReadInt(frame, ref at)];
        for (var index = 0; index < tasks.Length; index++)
        {
            var (purpose, kind) = ((Purpose)frame.Span[at++], (TextKind)frame.Span[at++]);
            var (number, length) = (ReadInt(frame, ref at), ReadInt(frame, ref at));
            if (length >= 0) texts[number] = new TenantText(kind, Encoding.UTF8.GetString(ReadBytes(frame, length, ref at).Span));
            tasks[index] = new Work(purpose, texts[number]);
        }

        return new Assignment(tasks, data, limits, now, (flags & OnlyIfFirst) != 0);
    }

    /// <summary>Writes an answer.</summary>
    public static void Write(Outcome outcome, AnswerFlags flags, ReadOnlySpan<byte> payload, ArrayBufferWriter<byte> frame)
    {
        frame.ResetWrittenCount();
        WriteInt(frame, 0);
        WriteByte(frame, (byte)outcome);
        WriteByte(frame, (byte)flags);
        frame.Write(payload);
        Close(frame);
    }

    /// <summary>Reads an answer from a frame without its length.</summary>
    public static (Answer Answer, AnswerFlags Flags) ReadAnswer(ReadOnlyMemory<byte> frame) =>
        (new Answer((Outcome)frame.Span[0], frame[2..]), (AnswerFlags)frame.Span[1]);

    /// <summary>Reads the next frame, without its length.</summary>
    /// <returns>Null where the other side is gone.</returns>
    public static byte[]? Read(Stream stream)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        if (stream.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length) return null;
        var frame = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        return stream.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) < frame.Length ? null : frame;
    }

    private static void Close(ArrayBufferWriter<byte> frame)
    {
        if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray(frame.WrittenMemory, out var written)) throw new InvalidOperationException("A frame is written into an array.");
        BinaryPrimitives.WriteInt32LittleEndian(written.AsSpan(), frame.WrittenCount - sizeof(int));
    }

    private static void WriteByte(ArrayBufferWriter<byte> frame, byte value)
    {
        frame.GetSpan(1)[0] = value;
        frame.Advance(1);
    }

    private static void WriteInt(ArrayBufferWriter<byte> frame, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame.GetSpan(sizeof(int)), value);
        frame.Advance(sizeof(int));
    }

    private static void WriteLong(ArrayBufferWriter<byte> frame, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(frame.GetSpan(sizeof(long)), value);
        frame.Advance(sizeof(long));
    }

    private static void WriteText(ArrayBufferWriter<byte> frame, string text)
    {
        WriteInt(frame, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, frame);
    }

    private static int ReadInt(ReadOnlyMemory<byte> frame, ref int at)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(frame.Span[at..]);
        at += sizeof(int);
        return value;
    }

    private static long ReadLong(ReadOnlyMemory<byte> frame, ref int at)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(frame.Span[at..]);
        at += sizeof(long);
        return value;
    }

    private static ReadOnlyMemory<byte> ReadBytes(ReadOnlyMemory<byte> frame, int length, ref int at)
    {
        var bytes = frame.Slice(at, length);
        at += length;
        return bytes;
    }
}
