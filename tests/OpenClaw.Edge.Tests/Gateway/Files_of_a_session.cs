using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>sessions.files.list</c>, <c>.get</c>, <c>.set</c>.</summary>
public sealed class Files_of_a_session : WithClient
{
    [Fact]
    public async Task What_tools_touched_is_listed_with_the_workspace_around_it()
    {
        Write("notes/a.md", "alpha");
        Write("notes/b.md", "beta");
        Write("other.txt", "o");
        File.CreateSymbolicLink(Path.Combine(Home.Workspace, "away"), "/etc");
        Directory.CreateDirectory(Path.Combine(Home.Workspace, ".git"));
        await UseAsync("read", """{"path":"notes/a.md"}""");
        await UseAsync("write", """{"path":"notes/new.md","content":"made"}""");
        await UseAsync("read", """{"path":"notes/new.md"}""");
        await UseAsync("read", """{"path":"gone.md"}""");
        await UseAsync("read", """{"path":"../../etc/passwd"}""");

        JsonElement list = await Client.CallAsync("sessions.files.list", """{"sessionKey":"main"}""");
        Assert.Equal(("main", Home.Workspace, true), (Text(list, "sessionKey"), Text(list, "root"), list.GetProperty("gitCheckout").GetBoolean()));
        Assert.Equal(
            ["notes/new.md modified False", "gone.md read True", "notes/a.md read False"],
            list.GetProperty("files").EnumerateArray().Select(file => $"{Text(file, "path")} {Text(file, "kind")} {file.GetProperty("missing").GetBoolean()}"));
        JsonElement made = list.GetProperty("files")[0];
        Assert.Equal(("notes/new.md", "new.md", 4L), (Text(made, "workspacePath"), Text(made, "name"), made.GetProperty("size").GetInt64()));
        Assert.False(made.TryGetProperty("content", out _));
        JsonElement browser = list.GetProperty("browser");
        Assert.Equal("", Text(browser, "path"));
        string[] top = [.. Entries(browser)];
        Assert.Equal(["directory .git ", "directory notes mixed", "file other.txt "], top.Where(entry => entry.Contains(".git") || entry.Contains("notes") || entry.Contains("other")));
        Assert.DoesNotContain(top, entry => entry.Contains("away"));

        JsonElement inner = (await Client.CallAsync("sessions.files.list", """{"sessionKey":"main","path":"./notes/"}""")).GetProperty("browser");
        Assert.Equal(("notes", ""), (Text(inner, "path"), Text(inner, "parentPath")));
        Assert.Equal(["file notes/a.md read", "file notes/b.md ", "file notes/new.md modified"], Entries(inner));
        JsonElement found = (await Client.CallAsync("sessions.files.list", """{"sessionKey":"main","search":"NEW"}""")).GetProperty("browser");
        Assert.Equal(("NEW", "file notes/new.md modified"), (Text(found, "search"), Assert.Single(Entries(found))));
        Assert.False((await Client.CallAsync("sessions.files.list", """{"sessionKey":"main","path":"../.."}""")).TryGetProperty("browser", out _));
        Assert.False((await Client.CallAsync("sessions.files.list", """{"sessionKey":"main","path":"away"}""")).TryGetProperty("browser", out _));
        Assert.Equal("""{"sessionKey":"nobody","files":[]}""", (await Client.CallAsync("sessions.files.list", """{"sessionKey":"nobody"}""")).GetRawText());
    }

    [Fact]
    public async Task A_file_is_read_as_what_it_is()
    {
        await Client.ChatAsync("main", "hello");
        Write("text.md", "grün");
        Write("picture", [0x89, .. "PNG\r\n"u8, 1, 2]);
        Write("blob.bin", [0, 1, 2, 255]);
        Write("large.txt", new string('x', 262_145));
        Write("large.bin", [.. new byte[262_145]]);
        File.CreateSymbolicLink(Path.Combine(Home.Workspace, "link.md"), "/etc/hostname");
        JsonElement text = await FileAsync("text.md");
        Assert.Equal(("grün", "utf8", "text", "text/plain", "read", HashOf("grün")),
            (Text(text, "content"), Text(text, "contentEncoding"), Text(text, "previewKind"), Text(text, "mimeType"), Text(text, "kind"), Text(text, "hash")));
        Assert.Equal("text.md", Text(await FileAsync(Path.Combine(Home.Workspace, "text.md")), "workspacePath"));
        JsonElement picture = await FileAsync("picture");
        Assert.Equal(("iVBORw0KAQI=", "base64", "image", "image/png"), (Text(picture, "content"), Text(picture, "contentEncoding"), Text(picture, "previewKind"), Text(picture, "mimeType")));
        foreach (string name in (string[])["blob.bin", "large.bin"])
        {
            JsonElement blob = await FileAsync(name);
            Assert.Equal(("unsupported", false), (Text(blob, "previewKind"), blob.TryGetProperty("content", out _)));
        }

        GatewayCallException large = await RefusedAsync("sessions.files.get", """{"sessionKey":"main","path":"large.txt"}""");
        Assert.Equal("INVALID_REQUEST: session file is too large to preview", large.Message);
        foreach (string path in (string[])["no.md", "link.md", "../state/openclaw.json", "/etc/hostname", "notes\\u0000x"])
        {
            Assert.Equal("INVALID_REQUEST: session file not found", await RefusalAsync("sessions.files.get", $$"""{"sessionKey":"main","path":"{{path}}"}"""));
        }

        Assert.Equal("INVALID_REQUEST: session file not found", await RefusalAsync("sessions.files.get", """{"sessionKey":"nobody","path":"text.md"}"""));
    }

    [Fact]
    public async Task Only_calls_are_looked_at_and_no_more_of_them_than_needed()
    {
        await UseAsync("read", """{"path":"old.md"}""");
        await UseAsync("write", """{"path":"plan.md","content":"one"}""");
        Spoil(0); // what no model said
        Assert.Equal(2, (await Client.CallAsync("sessions.files.list", """{"sessionKey":"main"}""")).GetProperty("files").GetArrayLength());
        Spoil(2); // the call of the first turn

        Assert.Equal("modified", Text(await FileAsync("plan.md"), "kind"));
        await RefusedAsync("sessions.files.list", """{"sessionKey":"main"}""");
    }

    [Theory]
    [InlineData("", "я")]
    [InlineData("x", "я")]
    [InlineData("x", "€")]
    [InlineData("", "😀")]
    [InlineData("x", "😀")]
    [InlineData("xx", "😀")]
    [InlineData("xxx", "😀")]
    public async Task A_large_text_is_one_in_any_letters(string before, string letter)
    {
        await Client.ChatAsync("main", "hello");
        Write("large.md", before + string.Concat(Enumerable.Repeat(letter, 150_000)));
        Assert.Equal("INVALID_REQUEST: session file is too large to preview", await RefusalAsync("sessions.files.get", """{"sessionKey":"main","path":"large.md"}"""));
    }

    [Fact]
    public async Task A_file_is_changed_by_who_has_read_it_last()
    {
        await Client.ChatAsync("main", "hello");
        Write("plan.md", "one");
        Write("blob.bin", [0, 1, 2, 255]);
        JsonElement set = await Client.CallAsync("sessions.files.set", Change("plan.md", "two", HashOf("one")));
        JsonElement file = set.GetProperty("file");
        Assert.Equal(("two", HashOf("two"), "modified", 3L), (Content("plan.md"), Text(file, "hash"), Text(file, "kind"), file.GetProperty("size").GetInt64()));

        Assert.Equal("INVALID_REQUEST: session file changed since it was read", await RefusalAsync("sessions.files.set", Change("plan.md", "three", HashOf("one"))));
        Assert.Equal("INVALID_REQUEST: session file content is too large", await RefusalAsync("sessions.files.set", Change("plan.md", new string('x', 262_145), HashOf("two"))));
        Assert.Equal("INVALID_REQUEST: session file could not be written safely", await RefusalAsync("sessions.files.set", Change("blob.bin", "x", HashOf("two"))));
        Assert.Equal("INVALID_REQUEST: session file could not be written safely", await RefusalAsync("sessions.files.set", Change("plan.md", "a\\u0000b", HashOf("two"))));
        Assert.Equal("INVALID_REQUEST: session file not found", await RefusalAsync("sessions.files.set", Change("new.md", "x", HashOf("two"))));
        Assert.Equal("INVALID_REQUEST: session file not found", await RefusalAsync("sessions.files.set", Change("../openclaw.json", "x", HashOf("two"))));
        await using GatewayTestClient writer = await Gateway.ConnectAsync("operator.read", "operator.write");
        Assert.Contains("missing scope: operator.admin", (await RefusedAsync(writer, "sessions.files.set", Change("plan.md", "x", HashOf("two")))).Message, StringComparison.Ordinal);
        Assert.Equal("two", Content("plan.md"));
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Change(string path, string content, string hash) => $$"""{"sessionKey":"main","path":"{{path}}","content":"{{content}}","expectedHash":"{{hash}}"}""";

    private static IEnumerable<string> Entries(JsonElement browser) => browser.GetProperty("entries").EnumerateArray()
        .Select(entry => $"{Text(entry, "kind")} {Text(entry, "path")} {(entry.TryGetProperty("sessionKind", out JsonElement kind) ? kind.GetString() : "")}");

    private async Task<JsonElement> FileAsync(string path) =>
        (await Client.CallAsync("sessions.files.get", $$"""{"sessionKey":"main","path":"{{path}}"}""")).GetProperty("file");

    private async Task UseAsync(string tool, string arguments)
    {
        Model.Enqueue(ModelAnswer.Call(tool, arguments), ModelAnswer.Say("Done."));
        await Client.ChatAsync("main", $"use {tool}");
    }

    // Whoever reads such a row fails.
    private void Spoil(int seq)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        using SqliteConnection connection = new($"Data Source={Home.DatabasePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "UPDATE transcript_entries SET message = 'spoiled \"toolCall\"' WHERE seq = $seq OR ($seq = 0 AND role <> 'assistant')";
        command.Parameters.AddWithValue("$seq", seq);
        Assert.NotEqual(0, command.ExecuteNonQuery());
    }

    private string Content(string path) => File.ReadAllText(Path.Combine(Home.Workspace, path));

    private void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    private void Write(string path, byte[] content)
    {
        string full = Path.Combine(Home.Workspace, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
    }
}
