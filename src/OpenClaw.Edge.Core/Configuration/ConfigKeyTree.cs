namespace OpenClaw.Edge.Configuration;

/// <summary>The table of known keys, arranged for walking down a configuration.</summary>
internal sealed class ConfigKeyTree
{
    private readonly Dictionary<string, ConfigKeyTree> _members = new(StringComparer.Ordinal);

    /// <summary>The row that ends here; null for a section that has none of its own.</summary>
    public ConfigKey? Key { get; private set; }

    /// <summary>What stands under any key that is not listed.</summary>
    public ConfigKeyTree? AnyMember { get; private set; }

    /// <summary>What the items of a list are.</summary>
    public ConfigKeyTree? Item { get; private set; }

    /// <summary>Listed keys.</summary>
    public IReadOnlyCollection<string> Names => _members.Keys;

    /// <summary>The tree below a key, or null when the key is not known.</summary>
    public ConfigKeyTree? Below(string key) => _members.TryGetValue(key, out ConfigKeyTree? below) ? below : AnyMember;

    public static ConfigKeyTree Of(IEnumerable<ConfigKey> keys)
    {
        var root = new ConfigKeyTree();
        foreach (ConfigKey key in keys)
        {
            ConfigKeyTree at = root;
            foreach (Range part in key.Path.AsSpan().Split('.'))
            {
                at = at.Step(key.Path[part]);
            }
            at.Key = key;
        }
        return root;
    }

    private ConfigKeyTree Step(string name)
    {
        bool item = name.EndsWith("[]", StringComparison.Ordinal);
        string key = item ? name[..^2] : name;
        ConfigKeyTree next;
        if (key == "*")
        {
            next = AnyMember ??= new ConfigKeyTree();
        }
        else if (!_members.TryGetValue(key, out next!))
        {
            _members[key] = next = new ConfigKeyTree();
        }
        return item ? next.Item ??= new ConfigKeyTree() : next;
    }
}
