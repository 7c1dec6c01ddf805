using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace OpenClaw.Edge.Platform.DBus;

/// <summary>Writes and reads the members of one message. Valid only inside the call that hands it out.</summary>
public readonly unsafe ref struct BusMessage
{
    private readonly nint _message;
    private readonly SdBusLibrary _library;

    internal BusMessage(SdBusLibrary library, nint message)
    {
        _library = library;
        _message = message;
    }

    /// <summary>Appends a text.</summary>
    public void Text(string value)
    {
        fixed (byte* utf8 = Zero(value))
        {
            Check(_library.Append(_message, (byte)'s', utf8));
        }
    }

    /// <summary>Appends a signed number.</summary>
    public void Int(int value) => Check(_library.Append(_message, (byte)'i', &value));

    /// <summary>Appends an unsigned number.</summary>
    public void Unsigned(uint value) => Check(_library.Append(_message, (byte)'u', &value));

    /// <summary>Appends a short unsigned number.</summary>
    public void Short(ushort value) => Check(_library.Append(_message, (byte)'q', &value));

    /// <summary>Appends a truth value.</summary>
    public void Flag(bool value)
    {
        int word = value ? 1 : 0;
        Check(_library.Append(_message, (byte)'b', &word));
    }

    /// <summary>Appends a list of byte strings (<c>aay</c>).</summary>
    public void ByteStrings(IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        fixed (byte* type = "ay\0"u8)
        {
            Check(_library.Open(_message, (byte)'a', type));
        }

        foreach (string value in values)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(value);
            fixed (byte* data = bytes)
            {
                Check(_library.AppendArray(_message, (byte)'y', data, (nuint)bytes.Length));
            }
        }

        Check(_library.End(_message));
    }

    /// <summary>Reads a text or an object path.</summary>
    public string ReadText(char type = 's')
    {
        byte* text;
        return _library.Read(_message, (byte)type, &text) > 0 ? Marshal.PtrToStringUTF8((nint)text) ?? "" : "";
    }

    /// <summary>Reads a number or a truth value; null when the next member is another type.</summary>
    public int? ReadNumber(char type = 'i')
    {
        int word;
        return _library.Read(_message, (byte)type, &word) > 0 ? word : null;
    }

    /// <summary>Reads the text inside a variant.</summary>
    public string ReadVariantText()
    {
        fixed (byte* type = "s\0"u8)
        {
            return _library.Enter(_message, (byte)'v', type) > 0 ? ReadText() : "";
        }
    }

    /// <summary>Reads the text or the unsigned number inside a variant, as text.</summary>
    public string ReadVariant()
    {
        fixed (byte* type = "u\0"u8)
        {
            return _library.Enter(_message, (byte)'v', type) > 0 ? ((uint)(ReadNumber('u') ?? 0)).ToString(CultureInfo.InvariantCulture) : ReadVariantText();
        }
    }

    /// <summary>Reads a file descriptor and keeps a copy of it, which outlives the message.</summary>
    public SafeHandle ReadDescriptor()
    {
        int descriptor;
        Check(_library.Read(_message, (byte)'h', &descriptor));
        return BusDescriptor.CopyOf(descriptor);
    }

    internal static byte[] Zero(string text) => Encoding.UTF8.GetBytes(text + "\0");

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new BusException("org.openclaw.Edge.Message", $"a D-Bus message cannot be written or read: error {-result}");
        }
    }
}
