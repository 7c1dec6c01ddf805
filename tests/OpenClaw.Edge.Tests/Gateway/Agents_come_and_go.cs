using System.Text.Json;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class Agents_come_and_go : WithClient
{
    [Fact]
    public async Task An_agent_is_made_changed_talked_to_and_taken_out_and_the_first_one_stays()
    {
        JsonElement made = await Client.CallAsync("agents.create", """{"name":"Night Watch","emoji":"🦉"}""");
        string again = await RefusalAsync("agents.create", """{"name":"night watch"}""");
        await Client.CallAsync("agents.update", """{"agentId":"night-watch","name":"Owl","model":"lab/small:3b"}""");
        JsonElement list = await Client.CallAsync("agents.list");
        JsonElement taken = await Client.CallAsync("agents.delete", """{"agentId":"night-watch"}""");
        JsonElement after = await Client.CallAsync("agents.list");
        string file = await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken);

        Assert.Equal("night-watch", made.GetProperty("agentId").GetString());
        Assert.EndsWith("workspace-night-watch", made.GetProperty("workspace").GetString(), StringComparison.Ordinal);
        Assert.Equal("INVALID_REQUEST: agent \"night-watch\" already exists", again);
        JsonElement[] agents = [.. list.GetProperty("agents").EnumerateArray()];
        Assert.Equal(["main", "night-watch"], agents.Select(agent => agent.GetProperty("id").GetString()));
        Assert.Equal("Owl", agents[1].GetProperty("name").GetString());
        Assert.Equal("lab/small:3b", agents[1].GetProperty("model").GetProperty("primary").GetString());
        Assert.Contains("🦉", list.GetRawText().Replace("\\uD83E\\uDD89", "🦉", StringComparison.OrdinalIgnoreCase), StringComparison.Ordinal);
        Assert.True(taken.GetProperty("ok").GetBoolean());
        Assert.Equal("main", Assert.Single(after.GetProperty("agents").EnumerateArray()).GetProperty("id").GetString());
        Assert.Contains("// made by the test kit", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_agent_stays_and_a_stranger_is_not_found()
    {
        Assert.Equal("INVALID_REQUEST: agent \"ghost\" not found", await RefusalAsync("agents.delete", """{"agentId":"ghost"}"""));
        Assert.Equal("INVALID_REQUEST: agent \"ghost\" not found", await RefusalAsync("agents.update", """{"agentId":"ghost","name":"x"}"""));
        Assert.Contains("default agent", await RefusalAsync("agents.delete", """{"agentId":"main"}"""), StringComparison.Ordinal);
        Assert.Contains("must have required property 'name'", await RefusalAsync("agents.create", "{}"), StringComparison.Ordinal);
        Assert.Contains("no agent id", await RefusalAsync("agents.create", """{"name":"***"}"""), StringComparison.Ordinal);
    }
}
