using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>permissionMode</c> and <c>toolOverrides</c>: what a session is given less of, or, by an administrator, more.</summary>
public sealed class What_a_session_may() : WithClient("""tools: { exec: { mode: "full" } },""")
{
    [Fact]
    public async Task Who_may_only_read_has_no_tool_that_changes_anything()
    {
        await Client.CallAsync("sessions.create", """{"key":"look","permissionMode":"read-only"}""");
        Model.Enqueue(ModelAnswer.Call("exec", """{"command":"touch gone-wrong"}"""), ModelAnswer.Say("could not"));

        await Client.ChatAsync("look", "hi");
        await Client.ChatAsync("other", "hi");

        string[] looking = Tools(Model.ChatRequests[0]);
        Assert.Contains("read", looking);
        Assert.Empty(looking.Intersect(["write", "edit", "apply_patch", "exec", "process", "cron", "sessions_spawn"]));
        Assert.Contains("write", Tools(Model.ChatRequests[^1]));
        Assert.Empty(Directory.EnumerateFiles(Home.Workspace, "gone-wrong"));
        JsonElement row = (await Client.CallAsync("sessions.describe", """{"key":"look"}""")).GetProperty("session");
        Assert.Equal("read-only", row.GetProperty("permissionMode").GetString());
    }

    [Fact]
    public async Task Who_is_guarded_is_asked_about()
    {
        await Client.CallAsync("sessions.patch", """{"key":"watched","permissionMode":"guarded"}""");
        Model.Enqueue(ModelAnswer.Call("exec", """{"command":"touch unseen && echo done"}"""), ModelAnswer.Say("refused"));

        string run = await Client.SendChatAsync("watched", "hi");
        JsonElement asked = (await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.requested"))).GetProperty("payload");
        await Client.CallAsync("exec.approval.resolve", $$"""{"id":"{{asked.GetProperty("id").GetString()}}","decision":"deny"}""");
        await Client.FollowAsync(run);
        await Client.CallAsync("sessions.patch", """{"key":"watched","permissionMode":null}""");
        Model.Enqueue(ModelAnswer.Call("exec", """{"command":"touch seen && echo done"}"""), ModelAnswer.Say("ran"));
        await Client.ChatAsync("watched", "again");

        Assert.Contains("the person refused this command", Model.ChatRequests[1].BodyText, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Home.Workspace, "unseen")));
        Assert.True(File.Exists(Path.Combine(Home.Workspace, "seen")));
    }

    [Fact]
    public async Task Everything_is_for_administrators_to_give()
    {
        await using GatewayTestClient writer = await Gateway.ConnectAsync("operator.read", "operator.write");

        Assert.Equal("FORBIDDEN", (await RefusedAsync(writer, "sessions.create", """{"permissionMode":"full"}""")).Code);
        Assert.Equal("FORBIDDEN", (await RefusedAsync(writer, "sessions.create", """{"toolOverrides":{"webSearch":false}}""")).Code);
        Assert.Equal("FORBIDDEN", (await RefusedAsync(writer, "sessions.patch", """{"key":"main","permissionMode":"full"}""")).Code);
        await writer.CallAsync("sessions.create", """{"key":"mine","permissionMode":"guarded"}""");
        Assert.StartsWith("INVALID_REQUEST: invalid permissionMode", await RefusalAsync("sessions.create", """{"permissionMode":"yolo"}"""), StringComparison.Ordinal);
        Assert.StartsWith("INVALID_REQUEST: invalid permissionMode", await RefusalAsync("sessions.patch", """{"key":"main","permissionMode":3}"""), StringComparison.Ordinal);
        Assert.StartsWith("INVALID_REQUEST: invalid toolOverrides: skills", await RefusalAsync("sessions.create", """{"toolOverrides":{"skills":["a"]}}"""), StringComparison.Ordinal);
        Assert.StartsWith("INVALID_REQUEST: invalid toolOverrides: more", await RefusalAsync("sessions.patch", """{"key":"main","toolOverrides":{"more":1}}"""), StringComparison.Ordinal);
        Assert.Equal("FORBIDDEN", (await RefusedAsync(writer, "sessions.create", """{"incognito":true}""")).Code);
    }

    [Fact]
    public async Task Overrides_are_kept_and_cleared()
    {
        await Client.CallAsync("sessions.create", """{"key":"plain","toolOverrides":{"skills":{"weather":false},"mcpServers":{"home":false},"webSearch":false}}""");
        await Client.ChatAsync("plain", "hi");

        JsonElement row = (await Client.CallAsync("sessions.describe", """{"key":"plain"}""")).GetProperty("session");
        Assert.False(row.GetProperty("toolOverrides").GetProperty("webSearch").GetBoolean());
        Assert.DoesNotContain("web_search", Tools(Model.ChatRequests[0]));
        await Client.CallAsync("sessions.patch", """{"key":"plain","toolOverrides":null}""");
        JsonElement after = (await Client.CallAsync("sessions.describe", """{"key":"plain"}""")).GetProperty("session");
        Assert.False(after.TryGetProperty("toolOverrides", out JsonElement left) && left.ValueKind == JsonValueKind.Object);
    }

    private static string[] Tools(ScriptedRequest request) =>
        [.. request.Json.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()!)];
}
