using System.Text;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Protocol.Tests.Sse;

/// <summary>Reads drafts back as text.</summary>
internal static class Drafts
{
    public delegate bool Reader(ReadOnlySpan<byte> chunk, AnswerDraft draft);

    public static AnswerDraft Read(Reader reader, params string[] chunks)
    {
        var draft = new AnswerDraft();
        foreach (string chunk in chunks)
        {
            Xunit.Assert.True(reader(Encoding.UTF8.GetBytes(chunk), draft), chunk);
        }

        draft.FlushText();
        return draft;
    }

    public static string Text(this AnswerDraft draft) => Join(draft, thinking: false);

    public static string Thinking(this AnswerDraft draft) => Join(draft, thinking: true);

    public static string Calls(this AnswerDraft draft) =>
        string.Join(';', draft.Calls.Select(call => $"{call.Id}:{call.Name}({call.ArgumentsJson()})"));

    private static string Join(AnswerDraft draft, bool thinking) =>
        string.Concat(draft.Pieces.Where(piece => piece.Thinking == thinking).Select(piece => Encoding.UTF8.GetString(draft.Utf8(piece).Span)));
}
