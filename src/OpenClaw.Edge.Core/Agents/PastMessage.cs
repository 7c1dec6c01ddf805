using System.Text;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>One message of a past turn as it waits for the next prompt: plain text as UTF-8, which is half the memory of a string.</summary>
internal readonly struct PastMessage
{
    private readonly object _content; // byte[] for plain text, else PromptMessage
    private readonly PromptRole _role;

    /// <summary>Keeps a message.</summary>
    public PastMessage(PromptMessage message)
    {
        bool plain = message is { ToolCalls.Count: 0, Images.Count: 0, ToolCallId: null, ToolName: null, Thinking: null };
        _role = message.Role;
        _content = plain ? Encoding.UTF8.GetBytes(message.Text) : message;
    }

    /// <summary>Bytes that it takes, near enough.</summary>
    public int Bytes => _content is byte[] utf8 ? 40 + utf8.Length : 200 + BytesOf((PromptMessage)_content);

    /// <summary>The message.</summary>
    public PromptMessage Unpack() => _content is byte[] utf8
        ? new PromptMessage { Role = _role, Text = Encoding.UTF8.GetString(utf8) }
        : (PromptMessage)_content;

    private static int BytesOf(PromptMessage message)
    {
        long chars = message.Text.Length;
        foreach (ToolCall call in message.ToolCalls)
        {
            chars += 100 + call.Name.Length + call.ArgumentsJson.Length;
        }

        foreach (PromptImage image in message.Images)
        {
            chars += image.Base64.Length;
        }

        return (int)Math.Min(chars * sizeof(char), int.MaxValue / 2);
    }
}
