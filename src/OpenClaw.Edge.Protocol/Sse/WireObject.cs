using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>Walks the JSON objects of the model wires: unknown members and wrong shapes are passed by.</summary>
internal static class WireObject
{
    /// <summary>Reads one member, whose name the reader stands on, and leaves the reader on the value's last token.</summary>
    public delegate void Member<T>(ref Utf8JsonReader json, T into);

    /// <summary>Reads text that is one object and nothing else. False: it is not. Never throws on input.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> text, T into, Member<T> member)
    {
        try
        {
            Utf8JsonReader json = new(text);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            Read(ref json, into, member);
            return !json.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads the value that the reader stands on if it is an object, and skips it if it is not.</summary>
    public static void Read<T>(ref Utf8JsonReader json, T into, Member<T> member)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            member(ref json, into);
        }
    }

    /// <summary>Passes a member by whose name the reader stands on.</summary>
    public static void Pass(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }
}
