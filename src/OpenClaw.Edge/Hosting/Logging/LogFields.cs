using System.Globalization;

namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>Takes the holes of a log message apart, for a log that can be searched by them.</summary>
internal static class LogFields
{
    private const int MaxFields = 12; // guess: the longest message of the program has six
    private const int MaxValue = 1024;
    private const string Template = "{OriginalFormat}";

    /// <summary>Names in the journal's spelling with their values; null when the message has none.</summary>
    public static KeyValuePair<string, string>[]? Of<TState>(TState state, Exception? exception)
    {
        List<KeyValuePair<string, string>> fields = [];
        if (state is IReadOnlyList<KeyValuePair<string, object?>> holes)
        {
            for (int index = 0; index < holes.Count && fields.Count < MaxFields; index++)
            {
                if (holes[index] is { Value: { } value } hole && hole.Key != Template)
                {
                    fields.Add(new(Name(hole.Key), Cut(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")));
                }
            }
        }

        if (exception is not null)
        {
            fields.Add(new("OPENCLAW_EXCEPTION", exception.GetType().Name));
        }

        return fields.Count == 0 ? null : [.. fields];
    }

    // ConnectionId → OPENCLAW_CONNECTION_ID: journald takes capitals, digits and underscores.
    private static string Name(string hole)
    {
        var name = new System.Text.StringBuilder("OPENCLAW", 48);
        bool afterSmall = true;
        foreach (char letter in hole.Where(char.IsAsciiLetterOrDigit).Take(40))
        {
            if (name.Length == 8 || (char.IsAsciiLetterUpper(letter) && afterSmall))
            {
                name.Append('_');
            }

            afterSmall = !char.IsAsciiLetterUpper(letter);
            name.Append(char.ToUpperInvariant(letter));
        }

        return name.ToString();
    }

    private static string Cut(string value) => value.Length <= MaxValue ? value : value[..MaxValue];
}
