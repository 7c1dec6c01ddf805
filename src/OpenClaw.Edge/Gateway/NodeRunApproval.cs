using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>What of a client's <c>system.run</c> goes to a node. Nodes of the original believe the params <c>approved</c> and
/// <c>approvalDecision</c>, because a gateway sends them only where somebody has allowed that very command. Texts are the original's.</summary>
internal static class NodeRunApproval
{
    // Source: what the original sends on. The first four are told by the permission where there is one.
    private static readonly string[] s_members =
    [
        "command", "cwd", "agentId", "sessionKey", "rawCommand", "systemRunPlan", "env", "timeoutMs", "needsScreenRecording", "runId",
        "suppressNotifyOnExit",
    ];

    /// <summary>What a permission for a node's command is bound to; null where the request does not say what would run.</summary>
    /// <param name="call">The request.</param>
    /// <param name="plan">The node's plan of the command; undefined without one.</param>
    public static ApprovalBinding? Of(MethodCall call, JsonElement plan)
    {
        bool planned = plan.ValueKind == JsonValueKind.Object;
        return What(planned ? Member(plan, "argv") : Member(call.Params, "commandArgv"), plan, call.Params) is { } what
            ? new ApprovalBinding(AskerOf(call), what, EnvOf(call.Params), planned ? plan.GetRawText() : null)
            : null;
    }

    /// <summary>What a person is shown of a command: the text that came with it where it tells the words, else the words.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">What would run; undefined or no list leaves the text.</param>
    public static string? Shown(string? text, JsonElement words)
    {
        if (words.ValueKind != JsonValueKind.Array || words.GetArrayLength() == 0)
        {
            return text;
        }

        string[] all = [.. words.EnumerateArray().Select(word => word.ToString())];
        string plain = string.Join(' ', all);
        return text is not null && (Unquoted(text) == Unquoted(plain) || (all is ["sh" or "/bin/sh" or "bash" or "/bin/bash", "-c" or "-lc", var line] && text == line))
            ? text : plain;
    }

    /// <summary>Makes the params that are sent.</summary>
    /// <param name="call">The call of <c>node.invoke</c>.</param>
    /// <param name="nodeId">The node.</param>
    /// <param name="gate">Where permissions are.</param>
    /// <param name="nowMs">Epoch milliseconds.</param>
    /// <param name="parameters">Those of the client, and then those that are sent.</param>
    /// <returns>Why nothing is sent; null when it is.</returns>
    public static GatewayError? Admit(MethodCall call, string nodeId, ApprovalGate? gate, long nowMs, ref JsonElement parameters)
    {
        JsonElement given = parameters;
        if (given.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        PendingApproval? approval = null;
        if (Member(given, "approved").ValueKind == JsonValueKind.True || Text(given, "approvalDecision") is "allow-once" or "allow-always"
            || Text(given, "approvalSource") is not null)
        {
            string? id = Text(given, "runId");
            approval = id is null ? null : gate?.Find(id);
            if (Problem(call, nodeId, given, id, approval, nowMs) is ({ } code, { } message))
            {
                return GatewayError.Invalid(message, json =>
                {
                    json.WriteString("code"u8, code);
                    PairingJson.WriteOptional(json, "runId", id);
                });
            }
        }

        using JsonDocument sent = JsonDocument.Parse(FrameWriter.Value(json => Write(json, given, approval)));
        parameters = sent.RootElement.Clone();
        return null;
    }

    private static (string? Code, string? Message) Problem(
        MethodCall call, string nodeId, JsonElement given, string? id, PendingApproval? approval, long nowMs)
    {
        if (id is null)
        {
            return ("MISSING_RUN_ID", "approval override requires params.runId");
        }

        if (approval is null)
        {
            return ("UNKNOWN_APPROVAL_ID", "unknown or expired approval id");
        }

        ApprovalBinding? bound = approval.Request.Binding;
        return nowMs > approval.ExpiresAtMs ? ("APPROVAL_EXPIRED", "approval expired")
            : approval.Request.Host != "node" || approval.Request.NodeId is not { } meant ? ("APPROVAL_NODE_BINDING_MISSING", "approval id missing node binding")
            : meant != nodeId ? ("APPROVAL_NODE_MISMATCH", "approval id not valid for this node")
            : bound is null || (bound.Plan is null && What(Member(given, "command"), default, given) != bound.What) || EnvOf(given) != bound.Env
                ? ("APPROVAL_REQUEST_MISMATCH", "approval id does not match request")
            : bound.Asker != AskerOf(call) ? ("APPROVAL_DEVICE_MISMATCH", "approval id not valid for this device")
            : approval.TryUse() ? default : ("APPROVAL_REQUIRED", "approval required");
    }

    private static void Write(Utf8JsonWriter json, JsonElement given, PendingApproval? approval)
    {
        ApprovalBinding? bound = approval?.Request.Binding;
        json.WriteStartObject();
        for (int at = bound is null ? 0 : 4; at < s_members.Length; at++)
        {
            string name = s_members[at];
            if (given.TryGetProperty(name, out JsonElement member) && (bound?.Plan is null || name is not ("rawCommand" or "systemRunPlan")))
            {
                json.WritePropertyName(name);
                member.WriteTo(json);
            }
        }

        if (approval is not null && bound is not null)
        {
            using JsonDocument what = JsonDocument.Parse(bound.What);
            foreach (JsonProperty member in what.RootElement.EnumerateObject())
            {
                member.WriteTo(json);
            }

            if (bound.Plan is not null)
            {
                json.WriteString("rawCommand"u8, approval.Request.Command);
                json.WritePropertyName("systemRunPlan"u8);
                json.WriteRawValue(bound.Plan);
            }

            json.WriteBoolean("approved"u8, true);
            json.WriteString("approvalDecision"u8, approval.Decision!.Word);
        }

        json.WriteEndObject();
    }

    // Words, directory, agent and session, as an object; what a plan says counts first.
    private static string? What(JsonElement words, JsonElement plan, JsonElement from)
    {
        if (words.ValueKind != JsonValueKind.Array || words.GetArrayLength() == 0 || words.EnumerateArray().Any(word => word.ValueKind != JsonValueKind.String))
        {
            return null;
        }

        return System.Text.Encoding.UTF8.GetString(FrameWriter.Value(json =>
        {
            json.WriteStartObject();
            json.WriteTexts("command", [.. words.EnumerateArray().Select(word => word.GetString()!)]);
            foreach (string name in (ReadOnlySpan<string>)["cwd", "agentId", "sessionKey"])
            {
                PairingJson.WriteOptional(json, name, Text(plan, name) ?? Text(from, name));
            }

            json.WriteEndObject();
        }));
    }

    private static string EnvOf(JsonElement holder) => Member(holder, "env") is { ValueKind: JsonValueKind.Object } env
        ? string.Join('\0', env.EnumerateObject().Select(variable => $"{variable.Name}={variable.Value}").Order(StringComparer.Ordinal))
        : "";

    private static string Unquoted(string text) => string.Concat(text.Where(letter => letter is not ('\'' or '"' or '\\')));

    private static string AskerOf(MethodCall call) => call.Connection.Grant!.DeviceId ?? call.Connection.Id;

    private static JsonElement Member(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string? Text(JsonElement holder, string name) =>
        Member(holder, name) is { ValueKind: JsonValueKind.String } value && value.GetString()!.Trim() is { Length: > 0 } text ? text : null;
}
