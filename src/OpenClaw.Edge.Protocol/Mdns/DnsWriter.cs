using System.Buffers.Binary;
using System.Text;

namespace OpenClaw.Edge.Protocol.Mdns;

/// <summary>Writes packets, without compression: ours are a few hundred bytes.</summary>
public static class DnsWriter
{
    private const int MaxLabel = 63;
    private const ushort Internet = 1;
    private const ushort TopBit = 0x8000;

    /// <summary>The packet's bytes. Texts longer than a label are cut at a character.</summary>
    public static byte[] Write(DnsMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var packet = new MemoryStream(512);
        Number(packet, message.Id);
        Number(packet, (ushort)((message.IsResponse ? 0x8400 : 0) | (message.Truncated ? 0x0200 : 0))); // answers are authoritative
        Number(packet, (ushort)message.Questions.Count);
        Number(packet, (ushort)message.Answers.Count);
        Number(packet, (ushort)message.Authorities.Count);
        Number(packet, (ushort)message.Additionals.Count);
        foreach (DnsQuestion question in message.Questions)
        {
            packet.Write(NameBytes(question.Name));
            Number(packet, question.Type);
            Number(packet, (ushort)(Internet | (question.Unicast ? TopBit : 0)));
        }

        foreach (DnsRecord record in message.Answers.Concat(message.Authorities).Concat(message.Additionals))
        {
            packet.Write(NameBytes(record.Name));
            Number(packet, record.Type);
            Number(packet, (ushort)(Internet | (record.Unique ? TopBit : 0)));
            Number(packet, (ushort)(record.Ttl >> 16));
            Number(packet, (ushort)record.Ttl);
            Number(packet, (ushort)record.Data.Length);
            packet.Write(record.Data.Span);
        }

        return packet.ToArray();
    }

    /// <summary>A name: each label with its length before it, then a zero.</summary>
    public static byte[] NameBytes(DnsName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        using var bytes = new MemoryStream(64);
        foreach (string label in name.Labels)
        {
            byte[] text = Cut(label, MaxLabel);
            bytes.WriteByte((byte)text.Length);
            bytes.Write(text);
        }

        bytes.WriteByte(0);
        return bytes.ToArray();
    }

    /// <summary>Data of a TXT record: each <c>key=value</c> with its length before it; 255 bytes each.</summary>
    public static byte[] TextBytes(IEnumerable<string> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        using var bytes = new MemoryStream(128);
        foreach (string entry in entries)
        {
            byte[] text = Cut(entry, byte.MaxValue);
            bytes.WriteByte((byte)text.Length);
            bytes.Write(text);
        }

        return bytes.Length == 0 ? [0] : bytes.ToArray(); // RFC 6763 §6.1: never empty
    }

    private static byte[] Cut(string text, int limit)
    {
        byte[] all = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(all.Length, limit);
        while (length > 0 && length < all.Length && (all[length] & 0xC0) == 0x80)
        {
            length--; // not in the middle of a character
        }

        return all[..length];
    }

    private static void Number(MemoryStream packet, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        packet.Write(bytes);
    }
}
