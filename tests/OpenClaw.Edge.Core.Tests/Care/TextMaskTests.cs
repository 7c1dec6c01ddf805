using System.Text.Json;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Care;

/// <summary>What may leave the machine in a report, and what may not.</summary>
public sealed class TextMaskTests
{
    private readonly TextMask mask = new(["hunter2", "correct horse battery"], "/home/anna");

    [Theory]
    [InlineData("sk-proj-Ab3dEf6hIj9kLm2nOp5q")]
    [InlineData("ghp_16C7e42F292c6912E7710c838347Ae178B4a")]
    [InlineData("xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx")]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]
    [InlineData("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("+4366012345678")]
    [InlineData("anna@example.com")]
    [InlineData("hunter2")]
    [InlineData("correct horse battery")]
    [InlineData("dQw4w9WgXcQ-dQw4w9WgXcQ")]
    public void Secret_is_gone_wherever_it_stands(string secret)
    {
        foreach (string text in (string[])[secret, $"failed: {secret}.", $"key={secret}", $"Authorization: Bearer {secret}", $"https://user:{secret}@host/path?key={secret}", $"said \"my {secret} is\" here", $"({secret})", $"a/{secret}/b"])
        {
            Assert.DoesNotContain(secret, mask.Mask(text));
        }
    }

    [Theory]
    [InlineData("Listening on 127.0.0.1, ready after 21 ms.")]
    [InlineData("Connection 12 closed: 512 frames waiting and the peer is not reading.")]
    [InlineData("edge/doctor/file-modes has 3 findings (mode 755)")]
    public void What_says_nothing_private_stays(string text) => Assert.Equal(text, mask.Mask(text));

    [Theory]
    [InlineData("the user said 'I feel ill' today", "the user said '…' today")]
    [InlineData("it's open", "it's open")]
    [InlineData("an open \"quote that never ends", "an open \"…\"")]
    [InlineData("/home/anna/.openclaw/openclaw.json is fine", "~/.openclaw/openclaw.json is fine")]
    public void Words_in_quotes_and_the_home_go(string text, string expected) => Assert.Equal(expected, mask.Mask(text));

    [Fact]
    public void Configuration_keeps_its_shape_and_no_word_of_the_users()
    {
        ConfigSnapshot config = ConfigLoader.LoadText(
            """
            { gateway: { port: 19001, bind: 'lan', auth: { token: '1234567890123456' } },
              env: { vars: { MY_BANK: 'text in a variable' } },
              models: { providers: { mamasbox: { baseUrl: 'http://mama.lan:1', apiKey: 'sk-1', models: [{ id: 'secretmodel', contextWindow: 8192 }] } } },
              agents: { list: [{ id: 'lover', name: 'Private', identity: { name: 'Darling' } }] },
              unknownThing: { pin: 123456 } }
            """u8.ToArray(),
            StatePaths.Resolve(new ProcessEnvironment(new Dictionary<string, string> { ["HOME"] = "/nowhere" }, "/")),
            new ProcessEnvironment(new Dictionary<string, string> { ["HOME"] = "/nowhere" }, "/"));
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            ConfigShape.Write(json, config.Json.Span);
        }

        string text = System.Text.Encoding.UTF8.GetString(buffer.ToArray());
        foreach (string word in (string[])["1234567890123456", "MY_BANK", "variable", "mama", "sk-1", "secretmodel", "lover", "Private", "Darling", "123456", "unknownThing", "pin\""])
        {
            Assert.DoesNotContain(word, text);
        }

        Assert.Contains("\"port\":19001", text);
        Assert.Contains("\"bind\":\"lan\"", text);
        Assert.Contains("\"contextWindow\":8192", text);
    }
}
