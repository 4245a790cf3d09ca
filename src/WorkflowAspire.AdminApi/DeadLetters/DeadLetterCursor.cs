using System.Buffers.Binary;
using System.Buffers.Text;

namespace WorkflowAspire.AdminApi.DeadLetters;

/// <summary>
/// A place in the dead letter queue, newest first; opaque to whoever carries it. It counts from the oldest letter, so that letters that come
/// in front of it don't move it; where older ones have gone meanwhile, some are shown twice and none is missed.
/// </summary>
/// <param name="Behind">How many letters were behind the page.</param>
internal readonly record struct DeadLetterCursor(uint Behind)
{
    // So that no number and no cursor of another list is taken for one.
    private const uint Mark = 0x646C7100;
    private const int Length = 2 * sizeof(uint);

    /// <exception cref="FormatException">The text is no cursor.</exception>
    public static DeadLetterCursor Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        return text.Length == Base64Url.GetEncodedLength(Length)
            && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == Length
            && BinaryPrimitives.ReadUInt32BigEndian(bytes) == Mark
            ? new DeadLetterCursor(BinaryPrimitives.ReadUInt32BigEndian(bytes[sizeof(uint)..]))
            : throw new FormatException($"'{text}' is not a cursor of this list; take nextCursor from the page before, unchanged.");
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Mark);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[sizeof(uint)..], Behind);
        return Base64Url.EncodeToString(bytes);
    }
}
