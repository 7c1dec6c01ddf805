using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>agents.create</c>, <c>.update</c>, <c>.delete</c>: entries of <c>agents.list</c> in the configuration file. Files of a
/// workspace and sessions of an agent that is taken out stay where they are.</summary>
internal sealed class AgentEditMethods(GatewayRuntime runtime)
{
    private const string About = "workspace:str1 model:str1 emoji:str1";

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("agents.create", OperatorScopes.Admin, "name!:str1 " + About, CreateAsync),
        new("agents.update", OperatorScopes.Admin, "agentId!:str1 name:str1 " + About, UpdateAsync),
        new("agents.delete", OperatorScopes.Admin, "agentId!:str1 deleteFiles:bool", DeleteAsync),
    ];

    private async ValueTask<MethodReply> CreateAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string name = call.Text("name")!.Trim();
        string id = IdOf(name);
        if (id.Length == 0)
        {
            return MethodReply.Invalid($"\"{name}\" makes no agent id; use letters and digits");
        }

        if (runtime.Agents().TryGet(id, out _))
        {
            return MethodReply.Invalid($"agent \"{id}\" already exists");
        }

        GatewayError? error = await WriteAsync(
            list =>
            [
                .. list.Count > 0 ? list : [Entry("main", json => json.WriteBoolean("default"u8, true))], // the agent that is there without a list stays
                Entry(id, json => WriteAbout(json, call, name)),
            ],
            cancellationToken);
        return error is not null
            ? MethodReply.Fail(error)
            : MethodReply.Object(json =>
            {
                json.WriteBoolean("ok"u8, true);
                json.WriteString("agentId"u8, id);
                json.WriteString("name"u8, name);
                json.WriteString("workspace"u8, runtime.Agents().TryGet(id, out AgentEntry? made) ? made.Workspace : runtime.Paths.WorkspaceDir(id));
            });
    }

    private async ValueTask<MethodReply> UpdateAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string id = call.Text("agentId")!.Trim().ToLowerInvariant();
        if (!runtime.Agents().TryGet(id, out _))
        {
            return NotFound(id);
        }

        GatewayError? error = await WriteAsync(
            list => list.Any(agent => Is(agent, id))
                ? [.. list.Select(agent => Is(agent, id) ? Merged(agent, Entry(id, json => WriteAbout(json, call, call.Text("name")))) : agent)]
                : [.. list, Entry(id, json => WriteAbout(json, call, call.Text("name")))],
            cancellationToken);
        return error is not null
            ? MethodReply.Fail(error)
            : MethodReply.Object(json =>
            {
                json.WriteBoolean("ok"u8, true);
                json.WriteString("agentId"u8, id);
            });
    }

    private async ValueTask<MethodReply> DeleteAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string id = call.Text("agentId")!.Trim().ToLowerInvariant();
        if (!runtime.Agents().TryGet(id, out AgentEntry? agent))
        {
            return NotFound(id);
        }

        if (agent.IsDefault)
        {
            return MethodReply.Invalid($"\"{id}\" cannot be deleted: it is the default agent");
        }

        if (runtime.Runs.Active.Any(run => run.SessionKey.AgentId == id))
        {
            return MethodReply.Fail(GatewayError.Unavailable($"agent \"{id}\" has turns that run; delete it when they have ended"));
        }

        int bound = runtime.Config.Current.Config.Bindings.Count(binding => binding.AgentId == id);
        if (await WriteAsync(list => [.. list.Where(entry => !Is(entry, id))], cancellationToken, gone: bound > 0 ? id : null) is { } error)
        {
            return MethodReply.Fail(error);
        }

        AgentLeavings? leavings = null;
        if (!call.Has("deleteFiles") || call.Flag("deleteFiles"))
        {
            leavings = new AgentLeavings(runtime);
            await leavings.ClearAsync(agent, cancellationToken);
        }

        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("agentId"u8, id);
            json.WriteNumber("removedBindings"u8, bound);
            AgentLeavings.Write(json, leavings);
        });
    }

    // The list is replaced as it stands in the file, so that variables and comments elsewhere stay what they are.
    private async Task<GatewayError?> WriteAsync(
        Func<IReadOnlyList<JsonElement>, IReadOnlyList<JsonElement>> change, CancellationToken cancellationToken, string? gone = null)
    {
        var write = new ConfigWrite(runtime, runtime.Config.Current.Hash);
        return await write.RunAsync(
            text =>
            {
                using JsonDocument? source = ConfigText.Parse(text);
                JsonElement agents = source is not null && source.RootElement.TryGetProperty("agents", out JsonElement found) ? found : default;
                if (agents.ValueKind == JsonValueKind.Object && agents.TryGetProperty("entries", out _))
                {
                    return (null, "agents stand under agents.entries in the file; change them there, or move them to agents.list");
                }

                IReadOnlyList<JsonElement> list = agents.ValueKind == JsonValueKind.Object && agents.TryGetProperty("list", out JsonElement listed)
                    && listed.ValueKind == JsonValueKind.Array ? [.. listed.EnumerateArray()] : [];
                string bindings = gone is null ? "" : $"\"bindings\":[{string.Join(',', BindingsWithout(source, gone))}],";
                byte[] patch = Encoding.UTF8.GetBytes(
                    "{" + bindings + "\"agents\":{\"list\":[" + string.Join(',', change(list).Select(agent => agent.GetRawText())) + "]}}");
                return ConfigMergePatch.TryApply(text, patch, ["agents.list", "bindings"], out byte[]? edited, out string? problem) ? (edited, null) : (null, problem);
            },
            keepEqual: true, cancellationToken);
    }

    private static IEnumerable<string> BindingsWithout(JsonDocument? source, string agentId) =>
        source is not null && source.RootElement.TryGetProperty("bindings", out JsonElement bindings) && bindings.ValueKind == JsonValueKind.Array
            ? bindings.EnumerateArray()
                .Where(binding => !(binding.ValueKind == JsonValueKind.Object && binding.TryGetProperty("agentId", out JsonElement owner)
                    && owner.ValueKind == JsonValueKind.String && agentId.Equals(owner.GetString()!.Trim(), StringComparison.OrdinalIgnoreCase)))
                .Select(binding => binding.GetRawText())
            : [];

    private static void WriteAbout(Utf8JsonWriter json, MethodCall call, string? name)
    {
        foreach ((string member, string? value) in new[] { ("name", name), ("workspace", call.Text("workspace")) })
        {
            if (value is not null)
            {
                json.WriteString(member, value);
            }
        }

        if (call.Text("model") is { } model)
        {
            json.WriteStartObject("model"u8);
            json.WriteString("primary"u8, model);
            json.WriteEndObject();
        }

        if (call.Text("emoji") is { } emoji)
        {
            json.WriteStartObject("identity"u8);
            json.WriteString("emoji"u8, emoji);
            json.WriteEndObject();
        }
    }

    private static JsonElement Entry(string id, Action<Utf8JsonWriter> members) => Element(json =>
    {
        json.WriteString("id"u8, id);
        members(json);
    });

    private static JsonElement Merged(JsonElement old, JsonElement fresh) => Element(json =>
    {
        foreach (JsonProperty member in old.EnumerateObject())
        {
            (fresh.TryGetProperty(member.Name, out JsonElement changed) && member.Name != "id" ? changed : member.Value).WriteTo(Named(json, member.Name));
        }

        foreach (JsonProperty member in fresh.EnumerateObject().Where(member => !old.TryGetProperty(member.Name, out _)))
        {
            member.WriteTo(json);
        }
    });

    private static Utf8JsonWriter Named(Utf8JsonWriter json, string name)
    {
        json.WritePropertyName(name);
        return json;
    }

    private static JsonElement Element(Action<Utf8JsonWriter> members)
    {
        using JsonDocument document = JsonDocument.Parse(FrameWriter.Value(json =>
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }));
        return document.RootElement.Clone();
    }

    private static bool Is(JsonElement agent, string id) => agent.ValueKind == JsonValueKind.Object
        && agent.TryGetProperty("id", out JsonElement named) && named.ValueKind == JsonValueKind.String
        && named.GetString()!.Equals(id, StringComparison.OrdinalIgnoreCase);

    private static string IdOf(string name)
    {
        string plain = new([.. name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' ? letter : '-')]);
        plain = plain.Trim('-', '_');
        return plain.Length <= 64 ? plain : plain[..64];
    }

    private static MethodReply NotFound(string id) => MethodReply.Invalid($"agent \"{id}\" not found");
}
