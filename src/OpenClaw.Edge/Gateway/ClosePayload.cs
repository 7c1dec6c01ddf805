using System.Buffers.Binary;
using System.Text;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Body of a close frame: code, then reason.</summary>
internal static class ClosePayload
{
    /// <summary>Encodes code and reason; a long reason is cut between characters.</summary>
    public static byte[] Of(int code, string reason)
    {
        byte[] payload = new byte[2 + Math.Min(Encoding.UTF8.GetByteCount(reason), ProtocolLimits.MaxCloseReasonBytes)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        Encoding.UTF8.GetEncoder().Convert(reason, payload.AsSpan(2), flush: false, out _, out int written, out _);
        return payload[..(2 + written)];
    }
}
