using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Http;

/// <summary><c>GET /control-ui-config.json</c>: what the original's web page asks before it connects. Thread-safe.</summary>
internal sealed class ControlUiEndpoint(HttpFrontParts parts)
{
    /// <summary>Answers an admitted request.</summary>
    public Task AnswerAsync(HttpContext context) =>
        HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, (parts.Agents().Default, parts.Config().Gateway.ControlUi.BasePath), Write);

    // Without serverBuildId: a page of another build reloads itself for ever when it sees one.
    private static void Write(Utf8JsonWriter json, (AgentEntry Agent, string? BasePath) state)
    {
        json.WriteStartObject();
        json.WriteString("basePath"u8, state.BasePath ?? "");
        json.WriteString("assistantName"u8, state.Agent.Name);
        json.WriteString("assistantAvatar"u8, state.Agent.Name.Length > 0 ? state.Agent.Name[..1].ToUpperInvariant() : "A");
        json.WriteNull("assistantAvatarSource"u8);
        json.WriteNull("assistantAvatarStatus"u8);
        json.WriteNull("assistantAvatarReason"u8);
        json.WriteString("assistantAgentId"u8, state.Agent.Id);
        json.WriteString("serverVersion"u8, EdgeVersion.Compatible);
        json.WriteString("embedSandbox"u8, "scripts"u8);
        foreach (string off in (ReadOnlySpan<string>)["allowExternalEmbedUrls", "automaticallyFetchFavicons", "communityInvite", "terminalEnabled", "cliAgentsEnabled"])
        {
            json.WriteBoolean(off, false);
        }

        json.WriteBoolean("pluginAssetsRequireAuth"u8, true);
        json.WriteStartArray("pluginFrameGrants"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
