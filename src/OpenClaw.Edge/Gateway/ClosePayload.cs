using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Body of a close frame: code, then reason.</summary>
internal static class ClosePayload
{
    /// <summary>The code that answers a peer's close frame: its own, or what is wrong with it. Source: RFC 6455, 7.4.</summary>
    public static int Answer(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return 0;
        }

        int code = payload.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(payload);
        return code is not ((>= 1000 and <= 1014 and not (1004 or 1005 or 1006)) or (>= 3000 and <= 4999)) ? CloseCodes.ProtocolError
            : Utf8.IsValid(payload[2..]) ? code : CloseCodes.BadText;
    }

    /// <summary>Encodes code and reason; a long reason is cut between characters.</summary>
    public static byte[] Of(int code, string reason)
    {
        byte[] payload = new byte[2 + Math.Min(Encoding.UTF8.GetByteCount(reason), ProtocolLimits.MaxCloseReasonBytes)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        Encoding.UTF8.GetEncoder().Convert(reason, payload.AsSpan(2), flush: false, out _, out int written, out _);
        return payload[..(2 + written)];
    }
}
