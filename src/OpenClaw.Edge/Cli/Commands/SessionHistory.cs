using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>A session's messages through <c>chat.history</c>, page by page.</summary>
internal static class SessionHistory
{
    private const int LongestText = 500_000; // the most that the gateway gives

    /// <summary>One page, newest messages first counted from <paramref name="offset"/>, each page oldest to newest.</summary>
    public static Task<JsonElement> PageAsync(
        GatewayClient client, CliContext context, string key, int limit, long offset, CancellationToken cancellationToken) =>
        client.CallAsync(
            "chat.history",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("sessionKey"u8, key);
                writer.WriteNumber("limit"u8, limit);
                writer.WriteNumber("maxChars"u8, LongestText);
                if (offset > 0)
                {
                    writer.WriteNumber("offset"u8, offset);
                }

                writer.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
}
