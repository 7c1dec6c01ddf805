using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Protocol.Mdns;

/// <summary>Reads packets that anybody on the LAN may have sent. Never throws; time and memory are bounded by the packet's length.</summary>
public static class DnsReader
{
    /// <summary>Longest packet. Source: RFC 6762 §17.</summary>
    public const int MaxPacket = 9000;

    private const int HeaderLength = 12;
    private const int MaxName = 255; // RFC 1035 §2.3.4
    private const int MaxEntries = 512; // guess: a LAN's answers to one question are fewer
    private const ushort ResponseFlag = 0x8000;
    private const ushort OperationMask = 0x7800;
    private const ushort TruncatedFlag = 0x0200;
    private const ushort TopBit = 0x8000;
    private const ushort Internet = 1;

    /// <summary>Reads one packet; false when it is no DNS message or breaks a limit. Records of other classes are left out.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, [NotNullWhen(true)] out DnsMessage? message)
    {
        message = null;
        if (packet.Length is < HeaderLength or > MaxPacket)
        {
            return false;
        }

        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        Span<int> counts = stackalloc int[4];
        int total = 0;
        for (int section = 0; section < counts.Length; section++)
        {
            total += counts[section] = BinaryPrimitives.ReadUInt16BigEndian(packet[(4 + (section * 2))..]);
        }

        if (total > MaxEntries || (flags & OperationMask) != 0)
        {
            return false;
        }

        int at = HeaderLength;
        if (!TryReadQuestions(packet, counts[0], ref at, out List<DnsQuestion> questions)
            || !TryReadRecords(packet, counts[1], ref at, out List<DnsRecord> answers)
            || !TryReadRecords(packet, counts[2], ref at, out List<DnsRecord> authorities)
            || !TryReadRecords(packet, counts[3], ref at, out List<DnsRecord> additionals))
        {
            return false;
        }

        message = new DnsMessage
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(packet),
            IsResponse = (flags & ResponseFlag) != 0,
            Truncated = (flags & TruncatedFlag) != 0,
            Questions = questions,
            Answers = answers,
            Authorities = authorities,
            Additionals = additionals,
        };
        return true;
    }

    /// <summary>A name that fills the data from its first byte on; null when it does not.</summary>
    public static DnsName? NameIn(ReadOnlySpan<byte> data)
    {
        int at = 0;
        return TryReadName(data, ref at, out DnsName? name) && at == data.Length ? name : null;
    }

    private static bool TryReadQuestions(ReadOnlySpan<byte> packet, int count, ref int at, out List<DnsQuestion> questions)
    {
        questions = [];
        for (int i = 0; i < count; i++)
        {
            if (!TryReadName(packet, ref at, out DnsName? name) || packet.Length - at < 4)
            {
                return false;
            }

            ushort type = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
            ushort kind = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]);
            at += 4;
            if ((kind & ~TopBit) is Internet or DnsType.Any)
            {
                questions.Add(new DnsQuestion(name, type, (kind & TopBit) != 0));
            }
        }

        return true;
    }

    // name type(2) class(2) ttl(4) length(2) data
    private static bool TryReadRecords(ReadOnlySpan<byte> packet, int count, ref int at, out List<DnsRecord> records)
    {
        records = [];
        for (int i = 0; i < count; i++)
        {
            if (!TryReadName(packet, ref at, out DnsName? name) || packet.Length - at < 10)
            {
                return false;
            }

            ushort type = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
            ushort kind = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]);
            uint ttl = BinaryPrimitives.ReadUInt32BigEndian(packet[(at + 4)..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 8)..]);
            at += 10;
            if (packet.Length - at < length)
            {
                return false;
            }

            if (!TryReadData(packet, at, length, type, out byte[]? data))
            {
                return false;
            }

            at += length;
            if ((kind & ~TopBit) == Internet)
            {
                records.Add(new DnsRecord(name, type, ttl, data, (kind & TopBit) != 0));
            }
        }

        return true;
    }

    private static bool TryReadData(ReadOnlySpan<byte> packet, int at, int length, ushort type, [NotNullWhen(true)] out byte[]? data)
    {
        int head = type switch { DnsType.Ptr => 0, DnsType.Srv => 6, _ => -1 };
        if (head < 0)
        {
            data = packet.Slice(at, length).ToArray();
            return true;
        }

        data = null;
        int end = at + length;
        int target = at + head;
        if (length <= head || !TryReadName(packet[..end], ref target, out DnsName? name) || target != end)
        {
            return false;
        }

        data = [.. packet.Slice(at, head), .. DnsWriter.NameBytes(name)];
        return true;
    }

    // A pointer must go back, and what has been read is counted: neither loops nor bombs are possible.
    private static bool TryReadName(ReadOnlySpan<byte> packet, ref int at, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        List<string> labels = [];
        int position = at;
        int lowest = at;
        int length = 0;
        bool jumped = false;
        while (position < packet.Length)
        {
            byte head = packet[position];
            if (head == 0)
            {
                at = jumped ? at : position + 1;
                name = new DnsName([.. labels]);
                return true;
            }

            if ((head & 0xC0) == 0xC0)
            {
                if (position + 1 >= packet.Length)
                {
                    return false;
                }

                int target = ((head & 0x3F) << 8) | packet[position + 1];
                at = jumped ? at : position + 2;
                jumped = true;
                if (target >= lowest)
                {
                    return false;
                }

                position = lowest = target;
                continue;
            }

            length += head + 1;
            if ((head & 0xC0) != 0 || length >= MaxName || position + 1 + head > packet.Length)
            {
                return false;
            }

            ReadOnlySpan<byte> label = packet.Slice(position + 1, head);
            if (!TryReadLabel(label, labels))
            {
                return false;
            }

            position += 1 + head;
        }

        return false;
    }

    // Broken UTF-8 would come back as other bytes: such a name is nobody's here.
    private static bool TryReadLabel(ReadOnlySpan<byte> label, List<string> labels)
    {
        Span<char> text = stackalloc char[63];
        if (System.Text.Unicode.Utf8.ToUtf16(label, text, out _, out int written, replaceInvalidSequences: false) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        labels.Add(new string(text[..written]));
        return true;
    }
}
