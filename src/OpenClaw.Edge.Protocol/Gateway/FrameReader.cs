using System.Buffers;
using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Reads request frames. Never throws on input, never looks inside <c>params</c> further than its end.</summary>
public static class FrameReader
{
    private const int MaxIdChars = 4096; // guess: longer ids only serve to make answers big
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    // {type:"req", id:str1, method:str1, params?:any, traceparent?:string, expectedProfileId?:string}
    /// <summary>Reads one frame from the text of one WebSocket message.</summary>
    public static FrameError TryRead(ReadOnlySequence<byte> utf8, out RequestFrame frame)
    {
        try
        {
            return Read(utf8, out frame);
        }
        catch (JsonException)
        {
            frame = new RequestFrame("", "", ReadOnlySequence<byte>.Empty);
            return FrameError.NotJson;
        }
        catch (InvalidOperationException)
        {
            // a string that is not valid UTF-8, or half a surrogate pair
            frame = new RequestFrame("", "", ReadOnlySequence<byte>.Empty);
            return FrameError.NotJson;
        }
    }

    /// <summary>The text that the original puts behind <c>invalid request frame: </c>.</summary>
    public static string Describe(FrameError error) => error switch
    {
        FrameError.NotJson => "must be JSON",
        FrameError.NotObject => "must be object",
        FrameError.WrongType => "at /type: must be equal to constant",
        FrameError.MissingId => "must have required property 'id'",
        FrameError.BadId => "at /id: must not have fewer than 1 characters",
        FrameError.MissingMethod => "must have required property 'method'",
        FrameError.HalfCharacter => "must not have half a surrogate pair",
        FrameError.BadMethod => "at /method: must not have fewer than 1 characters",
        FrameError.MethodNotText => "at /method: must be string",
        _ => "",
    };

    private static FrameError Read(ReadOnlySequence<byte> pieces, out RequestFrame frame)
    {
        // Over several segments the platform's reader indexes out of range on some broken literals (.NET 10.0.x, found by fuzzing).
        ReadOnlySequence<byte> utf8 = pieces.IsSingleSegment ? pieces : new ReadOnlySequence<byte>(pieces.ToArray());
        string? id = null;
        string? method = null;
        bool isRequest = false;
        bool idSeen = false;
        bool methodSeen = false;
        ReadOnlySequence<byte> parameters = ReadOnlySequence<byte>.Empty;
        var json = new Utf8JsonReader(utf8, Options);
        frame = new RequestFrame("", "", parameters);
        if (!json.Read())
        {
            return FrameError.NotJson;
        }

        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return AtEnd(ref json) ? FrameError.NotObject : FrameError.NotJson;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("id"u8))
            {
                idSeen = true;
                id = ReadString(ref json);
            }
            else if (json.ValueTextEquals("method"u8))
            {
                methodSeen = true;
                method = ReadString(ref json);
            }
            else if (json.ValueTextEquals("type"u8))
            {
                json.Read();
                isRequest = json.TokenType == JsonTokenType.String && json.ValueTextEquals("req"u8);
                json.Skip();
            }
            else if (json.ValueTextEquals("params"u8))
            {
                json.Read();
                long start = json.TokenStartIndex;
                json.Skip();
                parameters = utf8.Slice(start, json.BytesConsumed - start);
            }
            else
            {
                json.Read();
                json.Skip(); // unknown members are allowed: newer clients send more
            }
        }

        if (!AtEnd(ref json))
        {
            return FrameError.NotJson;
        }

        frame = new RequestFrame(id ?? "", method ?? "", parameters);
        FrameError judged = Judge(frame, isRequest, idSeen, methodSeen);
        if (judged == FrameError.BadMethod && method is null)
        {
            return FrameError.MethodNotText;
        }

        return judged == FrameError.None && HasHalfCharacter(parameters.FirstSpan) ? FrameError.HalfCharacter : judged;
    }

    // JSON may escape half a pair, which no text of ours can hold: told here once, so that nobody meets it later.
    private static bool HasHalfCharacter(ReadOnlySpan<byte> json)
    {
        bool high = false; // the escape just before was the first half
        while (true)
        {
            int at = json.IndexOf((byte)'\\');
            if (at < 0)
            {
                return high;
            }

            if (high && at > 0)
            {
                return true;
            }

            bool unicode = json.Length - at >= 6 && json[at + 1] == (byte)'u';
            int first = unicode ? json[at + 2] | 0x20 : 0;
            int second = unicode ? json[at + 3] | 0x20 : 0;
            bool surrogate = first == 'd' && second is '8' or '9' or (>= 'a' and <= 'f');
            bool low = surrogate && second >= 'c';
            if (low != high)
            {
                return true;
            }

            high = surrogate && !low;
            json = json[(at + (unicode ? 6 : 2))..];
        }
    }

    private static FrameError Judge(RequestFrame frame, bool isRequest, bool idSeen, bool methodSeen)
    {
        if (!idSeen)
        {
            return FrameError.MissingId;
        }

        if (!methodSeen)
        {
            return FrameError.MissingMethod;
        }

        if (frame.Id.Length == 0)
        {
            return FrameError.BadId;
        }

        if (frame.Method.Length == 0)
        {
            return FrameError.BadMethod;
        }

        return isRequest ? FrameError.None : FrameError.WrongType;
    }

    private static string? ReadString(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            string text = json.GetString()!;
            return text.Length <= MaxIdChars ? text : null;
        }

        json.Skip();
        return null;
    }

    // The reader throws on anything but white space behind the value.
    private static bool AtEnd(ref Utf8JsonReader json) => !json.Read();
}
