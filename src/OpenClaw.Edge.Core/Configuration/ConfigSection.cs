using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>Reads the members of one object after validation: each is of its kind or absent, so nothing fails here.</summary>
internal readonly struct ConfigSection(ConfigNode? node)
{
    public bool Exists => node is { IsObject: true };

    public OrderedDictionary<string, ConfigNode> Members => node?.Members ?? new OrderedDictionary<string, ConfigNode>(0);

    public List<ConfigNode> Items(string key) => Find(key)?.Items ?? [];

    public ConfigSection Section(string key) => new(Find(key));

    public bool Has(string key) => Find(key) is not null;

    public string? Text(string key) =>
        Find(key) is { Kind: ConfigNodeKind.Text or ConfigNodeKind.Number } text && text.Text.Length > 0 ? text.Text : null;

    public string Text(string key, string standIn) => Text(key) ?? standIn;

    public bool? Flag(string key) => Find(key)?.Kind switch
    {
        ConfigNodeKind.True => true,
        ConfigNodeKind.False => false,
        _ => null,
    };

    public bool Flag(string key, bool standIn) => Flag(key) ?? standIn;

    public int? Whole(string key) =>
        Find(key) is { Kind: ConfigNodeKind.Number } number
            && int.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : null;

    public int Whole(string key, int standIn) => Whole(key) ?? standIn;

    public double? Real(string key) =>
        Find(key) is { Kind: ConfigNodeKind.Number } number
            && double.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    public double Real(string key, double standIn) => Real(key) ?? standIn;

    public TimeSpan? Span(string key) => Text(key) is string text && ConfigValues.TryParseSpan(text, out TimeSpan span) ? span : null;

    public IReadOnlyList<string> Texts(string key) => TextsOrNull(key) ?? [];

    public IReadOnlyList<string>? TextsOrNull(string key) =>
        Find(key) is { Kind: ConfigNodeKind.List } list ? [.. list.Items.Select(item => item.Text)] : null;

    public IReadOnlyDictionary<string, string> TextMap(string key)
    {
        OrderedDictionary<string, ConfigNode> members = Section(key).Members;
        return members.Count == 0
            ? ReadOnlyDictionary<string, string>.Empty
            : members.ToDictionary(member => member.Key, member => member.Value.Text, StringComparer.Ordinal);
    }

    public JsonElement Raw(string key) => Find(key)?.ToElement() ?? default;

    private ConfigNode? Find(string key) => node is not null && node.Members.TryGetValue(key, out ConfigNode? value) ? value : null;
}
