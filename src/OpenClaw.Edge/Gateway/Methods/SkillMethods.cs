using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Skills;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>skills.status</c>, and <c>skills.update</c>: the settings of a skill in the configuration file; with <c>accept</c>, which
/// is ours, the hash of a changed skill that a person has looked at. <c>skills.changed</c> tells of both.</summary>
internal sealed class SkillMethods(GatewayRuntime runtime, Broadcaster broadcaster)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("skills.status", OperatorScopes.Read, "agentId:str1 sessionKey:str1", StatusAsync),
        new(
            "skills.update", OperatorScopes.Admin,
            "skillKey:str1 enabled:bool apiKey:str env:obj accept:str1 agentId:str1 source:clawhub slug:str1 all:bool force:bool", UpdateAsync),
    ];

    /// <summary>Programs that skills of any agent ask for, sorted.</summary>
    public static IReadOnlyList<string> Bins(GatewayRuntime runtime) =>
    [
        .. runtime.Agents().All.SelectMany(agent => runtime.Skills.Of(agent.Id).All).Select(state => state.Skill.Manifest)
            .SelectMany(skill => skill.Requires.Bins.Concat(skill.Requires.AnyBins).Concat(skill.Install.SelectMany(way => way.Bins)))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    // Skills lie on a disk that may be slow; the connection's read loop does not wait for it.
    private async ValueTask<MethodReply> StatusAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (Agent(call) is not { } agent)
        {
            return Unknown(call);
        }

        SkillSet skills = await Task.Run(
            () =>
            {
                broadcaster.Skills.Arm();
                return runtime.Skills.Of(agent.Id);
            },
            cancellationToken);
        AgentsConfig agents = runtime.Config.Current.Config.Agents;
        IReadOnlyList<string>? allowed = agents.Find(agent.Id)?.Skills ?? agents.Defaults.Skills;
        return MethodReply.Object(json =>
        {
            json.WriteString("workspaceDir"u8, agent.Workspace);
            json.WriteString("managedSkillsDir"u8, runtime.Skills.ManagedFolder);
            json.WriteString("agentId"u8, agent.Id);
            if (allowed is not null)
            {
                json.WriteTexts("agentSkillFilter", allowed);
            }

            json.WriteStartArray("skills"u8);
            foreach (SkillState state in skills.All)
            {
                SkillJson.Write(json, state);
            }

            json.WriteEndArray();
            if (skills.Problems.Count > 0)
            {
                SkillJson.WriteProblems(json, skills.Problems);
            }
        });
    }

    // Nothing here came from a registry: there is nothing to bring up to date, and one that is named is none of them.
    private static MethodReply FromRegistry(MethodCall call)
    {
        string? slug = call.Text("slug")?.Trim();
        bool all = call.Params.TryGetProperty("all", out JsonElement every) && every.ValueKind == JsonValueKind.True;
        if (slug is { Length: > 0 } && all)
        {
            return MethodReply.Invalid("clawhub skills.update accepts either \"slug\" or \"all\", not both");
        }

        if (slug is null or "")
        {
            return all
                ? MethodReply.Object(static json =>
                {
                    json.WriteBoolean("ok"u8, true);
                    json.WriteString("skillKey"u8, "*"u8);
                    json.WriteStartObject("config"u8);
                    json.WriteString("source"u8, "clawhub"u8);
                    json.WriteStartArray("results"u8);
                    json.WriteEndArray();
                    json.WriteEndObject();
                })
                : MethodReply.Invalid("clawhub skills.update requires \"slug\" or \"all\"");
        }

        string untracked = $"Skill \"{slug}\" is not tracked as a ClawHub install.";
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, false);
            json.WriteString("skillKey"u8, slug);
            json.WriteStartObject("config"u8);
            json.WriteString("source"u8, "clawhub"u8);
            WriteFailed(json, untracked);
            json.WriteEndObject();
        }) with
        { Error = GatewayError.Unavailable(untracked) with { Details = json => WriteFailed(json, untracked) } };
    }

    private static void WriteFailed(Utf8JsonWriter json, string untracked)
    {
        json.WriteStartArray("results"u8);
        json.WriteStartObject();
        json.WriteBoolean("ok"u8, false);
        json.WriteString("error"u8, untracked);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private async ValueTask<MethodReply> UpdateAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (call.Has("source"))
        {
            return FromRegistry(call);
        }

        if (call.Text("skillKey")?.Trim() is not { Length: > 0 } key)
        {
            return MethodReply.Invalid("invalid skills.update params: must have required property 'skillKey'; must have required property 'source'; must match a schema in anyOf");
        }

        if (Agent(call) is not { } agent)
        {
            return Unknown(call);
        }

        if (call.Text("accept") is { } hash)
        {
            (bool accepted, string problem) = await Task.Run(
                () => (runtime.Skills.TryAccept(agent.Id, key, hash, out string why), why), CancellationToken.None);
            if (!accepted)
            {
                return MethodReply.Invalid(problem);
            }
        }

        var write = new ConfigWrite(runtime, runtime.Config.Current.Hash);
        if (Patch(call, key) is { } patch
            && await write.RunAsync(
                text => ConfigMergePatch.TryApply(text, patch, [], out byte[]? edited, out string? problem) ? (edited, null) : (null, problem),
                keepEqual: true, cancellationToken) is { } error)
        {
            return MethodReply.Fail(error);
        }

        if (call.Has("accept"))
        {
            broadcaster.PublishSkills("accepted"); // settings are told with the configuration
        }

        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("skillKey"u8, key);
            SkillJson.WriteEntry(json, write.After, key);
        });
    }

    // What is empty is taken out, as the original's pages expect. Null when nothing of the configuration is meant.
    private static byte[]? Patch(MethodCall call, string key)
    {
        if (!call.Has("enabled") && !call.Has("apiKey") && !call.Has("env"))
        {
            return null;
        }

        return FrameWriter.Value(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("skills"u8);
            json.WriteStartObject("entries"u8);
            json.WriteStartObject(key);
            if (call.Has("enabled"))
            {
                json.WriteBoolean("enabled"u8, call.Flag("enabled"));
            }

            if (call.Text("apiKey") is { } apiKey)
            {
                WriteOrRemove(json, "apiKey", apiKey.Trim());
            }

            if (call.Has("env"))
            {
                json.WriteStartObject("env"u8);
                foreach (JsonProperty variable in call.Params.GetProperty("env").EnumerateObject())
                {
                    WriteOrRemove(json, variable.Name.Trim(), variable.Value.ValueKind == JsonValueKind.String ? variable.Value.GetString()!.Trim() : variable.Value.GetRawText());
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static void WriteOrRemove(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length == 0)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, value);
        }
    }

    private AgentEntry? Agent(MethodCall call) =>
        runtime.Agents().TryGet(call.Text("agentId") ?? AgentOf(call.Text("sessionKey")) ?? runtime.AgentsOf(call).Default.Id, out AgentEntry? agent) ? agent : null;

    private static string? AgentOf(string? sessionKey) => sessionKey?.Split(':') is ["agent", { Length: > 0 } id, ..] ? id : null;

    private static MethodReply Unknown(MethodCall call) => MethodReply.Invalid($"unknown agent id \"{call.Text("agentId") ?? AgentOf(call.Text("sessionKey"))}\"");
}
