using System.Security.Cryptography;
using System.Text;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>The message id of a job: the same for each of its attempts, so that what looks for duplicates finds them.</summary>
internal static class JobMessageId
{
    /// <summary>The job's id, if it is a Guid; otherwise one made of queue and id (RFC 9562, version 8).</summary>
    public static Guid Of(Uri queue, string jobId)
    {
        if (Guid.TryParse(jobId, out var given)) return given;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{queue}/{jobId}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
