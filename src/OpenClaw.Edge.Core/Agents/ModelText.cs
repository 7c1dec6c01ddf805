using System.Text;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>Asks a model for a text that nobody watches.</summary>
internal static class ModelText
{
    /// <summary>The whole answer, cut off at <paramref name="maxBytes"/>; its calls, if it was given tools. Throws what the model throws.</summary>
    public static async Task<(string Text, List<ToolCall> Calls, ModelFinish? Finish)> AskAsync(
        ModelRouter models, ModelChoice choice, ModelRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        using MemoryStream text = new();
        List<ToolCall> calls = [];
        ModelFinish? finish = null;
        await foreach (ChatDelta delta in models.StreamAsync(choice, request, cancellationToken))
        {
            switch (delta.Kind)
            {
                case ChatDeltaKind.Text:
                    text.Write(delta.Utf8.Span);
                    break;
                case ChatDeltaKind.ToolCall when calls.Count < 16:
                    calls.Add(delta.ToolCall!);
                    break;
                case ChatDeltaKind.Finish:
                    finish = delta.Finish;
                    break;
                default:
                    break;
            }

            if (text.Length > maxBytes)
            {
                break;
            }
        }

        return (Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length)), calls, finish);
    }
}
