using System.Text;

namespace OpenClaw.Edge.Configuration;

/// <summary>Replaces <c>${NAME}</c> in strings; <c>$${NAME}</c> stands for the text <c>${NAME}</c>.</summary>
internal sealed class VariableSubstitution(ProcessEnvironment environment, ProblemList problems)
{
    /// <summary>Replaces in a whole tree, in place. A string whose variable is missing is left out, as if it were not
    /// written, and named in a problem.</summary>
    public void Apply(ConfigNode node, string path = "")
    {
        for (int i = node.Members.Count - 1; i >= 0; i--)
        {
            (string key, ConfigNode value) = node.Members.GetAt(i);
            if (!value.IsText)
            {
                Apply(value, value.IsObject || value.Kind == ConfigNodeKind.List ? ConfigPath.Append(path, key) : path);
            }
            else if (value.Text.Contains("${", StringComparison.Ordinal))
            {
                if (Replace(value, ConfigPath.Append(path, key)) is ConfigNode replaced)
                {
                    node.Members.SetAt(i, replaced);
                }
                else
                {
                    node.Members.RemoveAt(i);
                }
            }
        }
        for (int i = node.Items.Count - 1; i >= 0; i--)
        {
            ConfigNode item = node.Items[i];
            if (!item.IsText)
            {
                Apply(item, ConfigPath.Append(path, i));
            }
            else if (item.Text.Contains("${", StringComparison.Ordinal))
            {
                if (Replace(item, ConfigPath.Append(path, i)) is ConfigNode replaced)
                {
                    node.Items[i] = replaced;
                }
                else
                {
                    node.Items.RemoveAt(i);
                }
            }
        }
    }

    private ConfigNode? Replace(ConfigNode node, string path)
    {
        string text = node.Text;
        var result = new StringBuilder(text.Length);
        bool missing = false;
        int at = 0;
        while (at < text.Length)
        {
            int dollar = text.IndexOf('$', at);
            if (dollar < 0)
            {
                break;
            }
            result.Append(text, at, dollar - at);
            bool escaped = string.CompareOrdinal(text, dollar, "$${", 0, 3) == 0;
            int open = dollar + (escaped ? 2 : 1);
            int close = open < text.Length && text[open] == '{' ? text.IndexOf('}', open) : -1;
            string name = close < 0 ? "" : text[(open + 1)..close];
            if (!IsName(name))
            {
                result.Append('$');
                at = dollar + 1;
                continue;
            }
            at = close + 1;
            if (escaped)
            {
                result.Append("${").Append(name).Append('}');
            }
            else if (environment[name] is string value)
            {
                result.Append(value);
            }
            else
            {
                missing = true;
                problems.Add(path, node, ConfigKeys.IsCritical(path) ? ProblemSeverity.Fatal : ProblemSeverity.Error,
                    $"The variable {name} is not set, so this value counts as absent.",
                    $"Set {name} in the environment, in .env of the state folder, or under env.vars; $${{{name}}} stands for the text itself.");
            }
        }
        return missing ? null : ConfigNode.NewText(result.Append(text, at, text.Length - at).ToString(), node.Source, node.Offset);
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
