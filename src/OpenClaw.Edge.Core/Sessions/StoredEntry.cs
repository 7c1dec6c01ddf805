namespace OpenClaw.Edge.Sessions;

/// <summary>An entry with everything that is made of it before it reaches the writer's loop, so that the loop only writes.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Json">Its message as stored.</param>
/// <param name="Chars">What it costs in a prompt.</param>
/// <param name="Title">Title that it could give its session.</param>
/// <param name="Preview">Preview that it gives its session.</param>
internal sealed record StoredEntry(TranscriptEntry Entry, string Json, int Chars, string? Title, string? Preview)
{
    /// <summary>Prepares an entry.</summary>
    public static StoredEntry Of(TranscriptEntry entry)
    {
        bool spoken = entry.Kind == TranscriptEntryKind.Message && entry.Message is { Role: "user" or "assistant", ExcludeFromContext: not true };
        string text = spoken ? entry.Message.Content.PlainText : "";
        return new StoredEntry(
            entry,
            MessageJson.Write(entry.Message),
            MessageJson.CharsOf(entry.Message),
            spoken && entry.Message.Role == "user" ? SessionText.Title(text) : null,
            spoken ? SessionText.Preview(text, SessionText.PreviewLength) : null);
    }
}
