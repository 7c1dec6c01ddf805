using System.Text.Json;

namespace OpenClaw.Edge.Http;

/// <summary>Where the top-level <c>model</c> of a JSON body lies, found without building a document.</summary>
/// <param name="Value">Its text; null when the body names no model.</param>
/// <param name="Start">Offset of the opening quote.</param>
/// <param name="Length">Bytes with both quotes.</param>
internal readonly record struct ModelField(string? Value, int Start, int Length)
{
    // Tool schemas nest; the reader's own default of 64 is near to what real ones reach.
    private const int MaxDepth = 256;

    /// <summary>Reads the whole body once. False when it is not one JSON object, or its <c>model</c> is no string. A
    /// member that occurs twice counts as its last, as JSON readers do. Never throws on input.</summary>
    public static bool TryFind(ReadOnlySpan<byte> body, out ModelField field, out string problem)
    {
        field = default;
        problem = "Body must be a JSON object.";
        Utf8JsonReader json = new(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool isModel = json.ValueTextEquals("model"u8);
                json.Read();
                if (isModel && json.TokenType == JsonTokenType.String)
                {
                    int start = (int)json.TokenStartIndex;
                    field = new ModelField(json.GetString(), start, (int)json.BytesConsumed - start);
                }
                else if (isModel && json.TokenType != JsonTokenType.Null)
                {
                    problem = "`model` must be a string.";
                    return false;
                }

                json.Skip();
            }

            return !json.Read();
        }
        catch (JsonException exception)
        {
            problem = $"Body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}).";
            return false;
        }
        catch (InvalidOperationException)
        {
            problem = "`model` is not valid UTF-8.";
            return false;
        }
    }
}
