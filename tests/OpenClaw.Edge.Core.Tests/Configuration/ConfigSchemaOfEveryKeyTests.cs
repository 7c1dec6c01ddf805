using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

/// <summary>What <c>config.schema</c> says, held against the table of known keys; that the table has every key which is read is
/// <c>Settings_have_an_effect</c>'s.</summary>
public sealed class ConfigSchemaOfEveryKeyTests
{
    private static readonly JsonElement Schema = Written(ConfigSchema.Write);
    private static readonly JsonElement Hints = Written(ConfigSchema.WriteHints);

    [Fact]
    public void Every_key_has_its_place_a_title_and_its_type()
    {
        List<string> wrong = [];
        foreach (ConfigKey key in ConfigKeys.All)
        {
            JsonElement at = At(key.Path);
            bool item = key.Path.EndsWith("[]", StringComparison.Ordinal) || key.Path.EndsWith('*');
            string? type = at.TryGetProperty("type", out JsonElement named) ? named.GetString() : null;
            bool fits = key.Kind switch
            {
                ConfigKeyKind.Flag => type == "boolean",
                ConfigKeyKind.Whole => type == "integer",
                ConfigKeyKind.Real => type == "number",
                ConfigKeyKind.Choice => type == "string" && at.GetProperty("enum").EnumerateArray().Select(word => word.GetString()).SequenceEqual(key.Words),
                ConfigKeyKind.Text or ConfigKeyKind.Span => type == "string",
                ConfigKeyKind.Texts => type == "array",
                ConfigKeyKind.TextMap or ConfigKeyKind.Section => type == "object",
                _ => true,
            };
            if (!fits || (!item && (!at.TryGetProperty("title", out JsonElement title) || title.GetString()!.Length == 0)))
            {
                wrong.Add($"{key.Path}: {at.GetRawText()}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_default_that_is_a_value_is_given()
    {
        Assert.Equal(18789, At("gateway.port").GetProperty("default").GetInt32());
        Assert.Equal("hybrid", At("gateway.reload.mode").GetProperty("default").GetString());
        Assert.True(At("commands.restart").GetProperty("default").GetBoolean());
        Assert.False(At("gateway.tls.enabled").TryGetProperty("default", out _)); // it follows from others
        Assert.All(
            ConfigKeys.All.Where(key => key.Kind == ConfigKeyKind.Whole && long.TryParse(key.Default, NumberStyles.None, CultureInfo.InvariantCulture, out long _)),
            key => Assert.Equal(key.Default, At(key.Path).GetProperty("default").GetRawText()));
    }

    [Fact]
    public void Every_key_has_a_hint_and_secrets_are_marked()
    {
        Assert.All(ConfigKeys.All, key =>
        {
            JsonElement hint = Hints.GetProperty(key.Path);
            Assert.NotEmpty(hint.GetProperty("label").GetString()!);
            Assert.Equal(SecretPaths.IsSecret(key.Path), hint.TryGetProperty("sensitive", out JsonElement marked) && marked.GetBoolean());
            Assert.Equal(key.Kind == ConfigKeyKind.Ignored, hint.GetProperty("advanced").GetBoolean());
        });
        Assert.Equal(Hints.EnumerateObject().Count(), Hints.EnumerateObject().Select(hint => hint.Name).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("gateway.port", "Gateway Port")]
    [InlineData("gateway.customBindHost", "Gateway Custom Bind Host")]
    [InlineData("session.reset.mode", "Reset Mode")]
    [InlineData("models.providers.*.baseUrl", "Providers Base Url")]
    [InlineData("bindings[].agentId", "Bindings Agent Id")]
    public void Labels_are_words(string path, string label) => Assert.Equal(label, Hints.GetProperty(path).GetProperty("label").GetString());

    [Fact]
    public void Sections_come_in_an_order_of_their_own()
    {
        JsonElement gateway = Hints.GetProperty("gateway");

        Assert.Equal(("Gateway", "Gateway"), (gateway.GetProperty("label").GetString(), gateway.GetProperty("group").GetString()));
        Assert.NotEqual(gateway.GetProperty("order").GetInt32(), Hints.GetProperty("models").GetProperty("order").GetInt32());
    }

    private static JsonElement At(string path)
    {
        JsonElement at = Schema;
        foreach (string part in path.Replace("[]", ".[]", StringComparison.Ordinal).Split('.'))
        {
            at = part switch
            {
                "[]" => at.GetProperty("items"),
                "*" => at.GetProperty("additionalProperties"),
                _ => at.GetProperty("properties").GetProperty(part),
            };
        }

        return at;
    }

    private static JsonElement Written(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            write(json);
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }
}
