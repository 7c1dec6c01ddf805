using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>The <c>bindings</c> of a gateway's configuration, and the way to change them there.</summary>
internal sealed class AgentBindings
{
    private readonly JsonElement[] _all;
    private readonly string? _hash;

    private AgentBindings(JsonElement[] all, string? hash) => (_all, _hash) = (all, hash);

    /// <summary>How many there are.</summary>
    public int Count => _all.Length;

    /// <summary>Reads them.</summary>
    public static async Task<AgentBindings> ReadAsync(GatewayClient client, CliContext context, CancellationToken cancellationToken)
    {
        JsonElement file = await client.CallAsync("config.get", null, context.Timeout, cancellationToken);
        return new AgentBindings([.. file.Member("config").Items("bindings")], file.Text("hash"));
    }

    /// <summary>Reads <c>channel</c>, <c>channel:account</c> or <c>channel:*</c>.</summary>
    public static string[] Parse(string text)
    {
        string[] parts = [.. text.Split(':', 2).Select(part => part.Trim())];
        return parts[0].Length > 0 && (parts.Length == 1 || parts[1].Length > 0)
            ? parts
            : throw new CliException(ExitCode.Usage, $"--bind: '{text}' is not a channel; write webchat, telegram:ops or telegram:*");
    }

    /// <summary>A binding in a few words.</summary>
    public static string Describe(JsonElement binding)
    {
        JsonElement match = binding.Member("match");
        JsonElement peer = match.Member("peer");
        string account = match.Text("accountId") is { } named ? ":" + named : "";
        string more = string.Concat(
            peer.Text("id") is { } id ? $" {peer.Text("kind") ?? "direct"} {id}" : "",
            match.Text("guildId") is { } guild ? $" guild {guild}" : "",
            match.Text("teamId") is { } team ? $" team {team}" : "",
            match.Items("roles").Any() ? $" roles {string.Join(", ", match.Items("roles").Select(role => role.GetString()))}" : "");
        return $"{match.Text("channel")}{account}{more}";
    }

    /// <summary>Those of one agent; of all when none is named.</summary>
    public IEnumerable<JsonElement> Of(string? agent) =>
        _all.Where(binding => agent is null || agent.Equals(binding.Text("agentId"), StringComparison.OrdinalIgnoreCase));

    /// <summary>Writes a list of bindings.</summary>
    public static void Write(Utf8JsonWriter json, string name, IEnumerable<JsonElement> bindings)
    {
        json.WriteStartArray(name);
        foreach (JsonElement binding in bindings)
        {
            binding.WriteTo(json);
        }

        json.WriteEndArray();
    }

    /// <summary>These and further plain ones. A binding of the same agent without an account takes the account over; one that is
    /// another agent's is a failure.</summary>
    public AgentBindings With(string agent, IReadOnlyList<string[]> wanted)
    {
        List<JsonElement> all = [.. _all];
        foreach (string[] one in wanted)
        {
            string? account = one.Length > 1 ? one[1] : null;
            if (all.Find(binding => Is(binding, one[0], account)) is { ValueKind: JsonValueKind.Object } taken)
            {
                if (!agent.Equals(taken.Text("agentId"), StringComparison.OrdinalIgnoreCase))
                {
                    throw new CliException(ExitCode.Failed, $"{Describe(taken)} is bound to agent {taken.Text("agentId")}; unbind it there first", "binding_taken");
                }

                continue;
            }

            int older = account is null ? -1 : all.FindIndex(binding => Is(binding, one[0], null) && agent.Equals(binding.Text("agentId"), StringComparison.OrdinalIgnoreCase));
            if (older >= 0)
            {
                all[older] = Make(agent, one[0], account);
            }
            else
            {
                all.Add(Make(agent, one[0], account));
            }
        }

        return new AgentBindings([.. all], _hash);
    }

    /// <summary>These without plain ones of an agent; without all of its when none is named. Fails when one is not there.</summary>
    public AgentBindings Without(string agent, IReadOnlyList<string[]>? unwanted)
    {
        List<JsonElement> all = [.. _all];
        if (unwanted is null)
        {
            all.RemoveAll(binding => agent.Equals(binding.Text("agentId"), StringComparison.OrdinalIgnoreCase));
        }

        foreach (string[] one in unwanted ?? [])
        {
            string? account = one.Length > 1 ? one[1] : null;
            if (all.RemoveAll(binding => Is(binding, one[0], account) && agent.Equals(binding.Text("agentId"), StringComparison.OrdinalIgnoreCase)) == 0)
            {
                throw new CliException(ExitCode.Failed, $"agent {agent} has no binding {string.Join(':', one)}; openclaw agents bindings shows them", "binding_not_found");
            }
        }

        return new AgentBindings([.. all], _hash);
    }

    /// <summary>Puts them into the gateway's configuration, if it is still the one that was read.</summary>
    public Task StoreAsync(GatewayClient client, CliContext context, CancellationToken cancellationToken)
    {
        string patch = JsonText.Write(
            json =>
            {
                json.WriteStartObject();
                Write(json, "bindings", _all);
                json.WriteEndObject();
            },
            oneLine: true);
        return client.CallAsync(
            "config.patch",
            json =>
            {
                json.WriteStartObject();
                json.WriteString("raw"u8, patch);
                json.WriteStartArray("replacePaths"u8);
                json.WriteStringValue("bindings"u8);
                json.WriteEndArray();
                if (_hash is not null)
                {
                    json.WriteString("baseHash"u8, _hash);
                }

                json.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
    }

    // A rule for a peer, a guild or a team is written by hand and left alone.
    private static bool Is(JsonElement binding, string channel, string? account)
    {
        JsonElement match = binding.Member("match");
        return channel.Equals(match.Text("channel"), StringComparison.OrdinalIgnoreCase) && match.Text("accountId") == account
            && match.Member("peer").ValueKind == JsonValueKind.Undefined && match.Text("guildId") is null && match.Text("teamId") is null;
    }

    private static JsonElement Make(string agent, string channel, string? account)
    {
        string text = JsonText.Write(
            json =>
            {
                json.WriteStartObject();
                json.WriteString("agentId"u8, agent);
                json.WriteStartObject("match"u8);
                json.WriteString("channel"u8, channel);
                if (account is not null)
                {
                    json.WriteString("accountId"u8, account);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            },
            oneLine: true);
        using JsonDocument made = JsonDocument.Parse(text);
        return made.RootElement.Clone();
    }
}
