using System.Text;
using System.Text.RegularExpressions;
using Broker.Testing;

namespace Broker.Core.Tests.Architecture;

/// <summary>Who may know whom. A project that reaches over a border shows here, whatever its file says.</summary>
public class BordersTests
{
    [Fact]
    public void Projects_reference_what_the_architecture_says_and_nothing_else()
    {
        var allowed = new Dictionary<string, string[]>
        {
            ["Broker.Backend"] = ["Broker.Core", "Libvirt", "VirtualBox"],
            ["Broker.Cli"] = ["Broker.Core"],
            ["Broker.Core"] = [],
            ["Broker.Frontend"] = ["Broker.Core"],
            ["Libvirt"] = [],
            ["VirtualBox"] = [],
        };
        Assert.Equal(allowed.Keys.Order(StringComparer.Ordinal), Project.All.Select(p => p.Name));
        foreach (var project in Project.All) Assert.Equal(allowed[project.Name], project.References);
    }

    [Fact]
    public void References_and_what_is_used_of_the_outside_are_pinned()
    {
        var table = new StringBuilder("# per project: what its file references, and what its code uses that is not .NET's own library\n");
        foreach (var project in Project.All)
        {
            table.AppendLine();
            table.AppendLine(project.Name);
            table.AppendLine($"  projects {string.Join(", ", project.References)}".TrimEnd());
            table.AppendLine($"  packages {string.Join(", ", project.Packages)}".TrimEnd());
            table.AppendLine($"  uses     {string.Join(", ", Outside(project).Distinct().Order(StringComparer.Ordinal))}".TrimEnd());
        }

        Golden.Check("tests/Broker.Core.Tests/references.golden", table.ToString());
    }

    [Fact]
    public void The_front_end_can_neither_name_a_hypervisor_nor_start_a_program()
    {
        var used = Project.Called("Broker.Frontend");
        Assert.DoesNotContain(used.AssembliesUsed(), a => a is "Libvirt" or "VirtualBox" or "Broker.Backend");
        Assert.DoesNotContain("System.Diagnostics.Process", used.TypesUsed());
        Assert.DoesNotContain("System.Diagnostics.ProcessStartInfo", used.TypesUsed());
        Assert.DoesNotContain("System.Runtime.InteropServices.NativeLibrary", used.TypesUsed());
        Assert.DoesNotContain("System.Runtime.InteropServices.DllImportAttribute", used.TypesUsed());
    }

    [Fact]
    public void Core_knows_no_web_server_no_hypervisor_and_starts_nothing()
    {
        var core = Project.Called("Broker.Core");
        Assert.DoesNotContain(core.AssembliesUsed(), a => a.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain("System.Diagnostics.Process", core.TypesUsed());
    }

    [Fact]
    public void One_file_names_the_directory_driver_and_the_library_below_it()
    {
        string[] words = ["DirectoryServices", "NativeLibrary", "DllImport"];
        var naming = new[] { "Broker.Core", "Broker.Frontend", "Broker.Cli" }.SelectMany(p => Project.Called(p).Sources())
            .Where(f => words.Any(w => File.ReadAllText(f).Contains(w, StringComparison.Ordinal))).Select(f => Path.GetRelativePath(Repository.Root, f));
        Assert.Equal(["src/Broker.Core/Directory/LdapLine.cs"], naming);
    }

    [Theory]
    [InlineData("Libvirt")]
    [InlineData("VirtualBox")]
    public void The_libraries_know_nothing_of_Broker(string name)
    {
        Assert.DoesNotContain(Project.Called(name).AssembliesUsed(), a => a.StartsWith("Broker", StringComparison.Ordinal));
        Assert.DoesNotContain(Project.Called(name).TypesUsed(), t => t.StartsWith("Broker.", StringComparison.Ordinal));
    }

    [Fact]
    public void One_file_names_the_database_driver()
    {
        // Quartz calls MariaDB's dialect so; its connections are made by what it is given
        var naming = Project.All.SelectMany(p => p.Sources()).Where(f => File.ReadAllText(f).Replace("UseMySql(", "", StringComparison.Ordinal).Contains("MySql", StringComparison.Ordinal)).Select(f => Path.GetRelativePath(Repository.Root, f));
        Assert.Equal(["src/Broker.Core/Database/Db.cs"], naming);
    }

    [Theory]
    [InlineData("System.Diagnostics.Process", "Process.Start", "new Process")]
    [InlineData("System.Runtime.InteropServices.NativeLibrary", "NativeLibrary.Load", "NativeLibrary.TryLoad")]
    public void What_leaves_the_process_is_in_one_file_per_project(string type, params string[] calls)
    {
        foreach (var project in Project.All.Where(p => p.TypesUsed().Contains(type)))
        {
            var calling = project.Sources().Where(f => calls.Any(c => File.ReadAllText(f).Contains(c, StringComparison.Ordinal))).Select(f => Path.GetRelativePath(Repository.Root, f)).ToList();
            Assert.True(calling.Count <= 1, $"{type}: {string.Join(", ", calling)}");
        }
    }

    [Fact]
    public void No_type_is_called_after_a_kind_of_class()
    {
        var named = new Regex(@"\b(class|record|struct|interface) \w*(Helpers?|Utils?|Utilities|Common|Impl|(?<!Vm)Manager)\b", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(Project.All.SelectMany(p => p.Sources()), f => named.IsMatch(File.ReadAllText(f)));
    }

    [Fact]
    public void No_file_is_longer_than_600_lines() =>
        Assert.DoesNotContain(Project.All.SelectMany(p => p.Sources()), f => File.ReadLines(f).Count() > 600);

    [Fact]
    public void Nothing_joins_the_eight_at_the_top()
    {
        string[] eight = ["src", "tests", "sql", "frontend", "etc", "Broker.sln", "install.sh", "README.md"];
        string[] wantedByTools = ["global.json", "Directory.Build.props", "Directory.Packages.props"];
        var here = System.IO.Directory.EnumerateFileSystemEntries(Repository.Root).Select(p => Path.GetFileName(p)!).Where(n => n[0] != '.' && n != "var");
        Assert.Equal([], here.Except(eight).Except(wantedByTools));
        Assert.Equal([], eight.Except(here));
    }

    // The first two parts of a namespace tell whose it is; of .NET's own, only what reaches out of the process is of interest.
    private static IEnumerable<string> Outside(Project project)
    {
        string[] reachingOut = ["System.Diagnostics.Process", "System.Runtime.InteropServices.NativeLibrary", "System.Net.Sockets.Socket", "System.Net.Http.HttpClient", "System.Reflection.Assembly"];
        foreach (var type in project.TypesUsed())
        {
            var parts = type.Split('.');
            if (reachingOut.Contains(type)) yield return type;
            if (parts[0] != "System" && parts[0] != "Microsoft" && type.Length > 0) yield return string.Join('.', parts[..Math.Min(2, parts.Length - 1)]);
            if (parts[0] == "Microsoft" && parts[1] is "AspNetCore" or "Extensions") yield return string.Join('.', parts[..Math.Min(3, parts.Length - 1)]);
        }
    }
}
