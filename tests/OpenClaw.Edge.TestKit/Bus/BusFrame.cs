using System.Buffers.Binary;
using System.Text;

namespace OpenClaw.Edge.TestKit.Bus;

/// <summary>One message of the D-Bus wire, little-endian, as far as a scripted daemon needs it: texts in, one text, path or variant out.
/// Source: D-Bus specification, message format.</summary>
internal sealed class BusFrame
{
    private const byte Call = 1;

    public required uint Serial { get; init; }

    public required bool IsCall { get; init; }

    public string Path { get; private set; } = "";

    public string Member { get; private set; } = "";

    public List<string> Texts { get; } = [];

    /// <summary>Reads the next one; null at the end.</summary>
    public static BusFrame? Read(Stream stream)
    {
        byte[] head = new byte[16];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            return null;
        }

        if (head[0] != (byte)'l')
        {
            throw new InvalidDataException("only little-endian messages are read here");
        }

        int bodyBytes = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        int fieldBytes = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12));
        byte[] rest = new byte[Aligned(fieldBytes, 8) + bodyBytes];
        stream.ReadExactly(rest);
        BusFrame frame = new() { Serial = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)), IsCall = head[1] == Call };
        int at = 0;
        string signature = "";
        while (at < fieldBytes)
        {
            at = Aligned(at, 8);
            byte code = rest[at++];
            string type = Encoding.ASCII.GetString(rest, at + 1, rest[at]);
            at += rest[at] + 2;
            switch (type)
            {
                case "s" or "o":
                    string text = Text(rest, ref at);
                    _ = code switch { 1 => frame.Path = text, 3 => frame.Member = text, _ => "" };
                    break;
                case "g":
                    signature = Encoding.ASCII.GetString(rest, at + 1, rest[at]);
                    at += rest[at] + 2;
                    break;
                default: // a number
                    at = Aligned(at, 4) + 4;
                    break;
            }
        }

        at = Aligned(fieldBytes, 8);
        int start = at;
        foreach (char _ in signature.TakeWhile(letter => letter == 's'))
        {
            at = start + Aligned(at - start, 4);
            frame.Texts.Add(Text(rest, ref at));
        }

        return frame;
    }

    /// <summary>The answer to this call: one text (<c>s</c>), path (<c>o</c>), variant of a text (<c>vs</c>) or of a number (<c>vu</c>), or nothing.</summary>
    public byte[] Answer(string type, string value) => Reply(2, [], type, value);

    /// <summary>The refusal of this call.</summary>
    public byte[] Refuse(string error, string why) => Reply(3, [(4, "s", error)], "s", why);

    private byte[] Reply(byte kind, (byte Code, string Type, string Value)[] more, string type, string value)
    {
        List<byte> body = [];
        if (type is "vs" or "vu")
        {
            body.AddRange([1, (byte)type[1], 0]);
        }

        if (type is "vu")
        {
            Pad(body, 4);
            body.AddRange(BitConverter.GetBytes(uint.Parse(value)));
        }
        else if (type.Length > 0)
        {
            Put(body, value);
        }

        List<byte> fields = [5, 1, (byte)'u', 0];
        fields.AddRange(BitConverter.GetBytes(Serial)); // REPLY_SERIAL
        foreach ((byte code, string fieldType, string fieldValue) in more)
        {
            Pad(fields, 8);
            fields.AddRange([code, 1, (byte)fieldType[0], 0]);
            Put(fields, fieldValue);
        }

        if (type.Length > 0)
        {
            Pad(fields, 8);
            fields.AddRange([8, 1, (byte)'g', 0, 1, (byte)type[0], 0]); // SIGNATURE
        }

        List<byte> message = [(byte)'l', kind, 0, 1];
        message.AddRange(BitConverter.GetBytes(body.Count));
        message.AddRange(BitConverter.GetBytes(Serial));
        message.AddRange(BitConverter.GetBytes(fields.Count));
        message.AddRange(fields);
        Pad(message, 8);
        message.AddRange(body);
        return [.. message];
    }

    private static void Put(List<byte> to, string text)
    {
        Pad(to, 4);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        to.AddRange(BitConverter.GetBytes(utf8.Length));
        to.AddRange(utf8);
        to.Add(0);
    }

    private static void Pad(List<byte> to, int boundary)
    {
        while (to.Count % boundary != 0)
        {
            to.Add(0);
        }
    }

    private static string Text(byte[] from, ref int at)
    {
        at = Aligned(at, 4);
        int length = BinaryPrimitives.ReadInt32LittleEndian(from.AsSpan(at));
        string text = Encoding.UTF8.GetString(from, at + 4, length);
        at += 4 + length + 1;
        return text;
    }

    private static int Aligned(int at, int boundary) => (at + boundary - 1) / boundary * boundary;
}
