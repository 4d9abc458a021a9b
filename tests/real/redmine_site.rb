# SPDX-License-Identifier: MIT
# Redmine as Debian ships it, in a folder of its own: the API that trackers have (a key in a header, offset and limit,
# total_count, at most 100 a page, custom fields as a list of names and values). Environment: DATABASE_URL, WORKS (a JSON
# file as django_site.py reads). Prints one line of JSON when it serves: {"port": N, "key": the API key}.
root = "/usr/share/redmine"
ENV["RAILS_ENV"] = "production"
ENV["BUNDLE_GEMFILE"] = "#{root}/Gemfile"
$LOAD_PATH.unshift(*Dir["/usr/share/rubygems-integration/all/gems/webrick-*/lib"])
Dir.chdir(root) # its migrations are looked for here
require "#{root}/config/environment"
require "json"
require "webrick"
require "rack/handler/webrick"

Rails.logger = ActiveRecord::Base.logger = Logger.new($stderr, level: :error)
ActiveRecord::Migration.verbose = false
ActiveRecord::Base.connection.migration_context.migrate
ActiveRecord::Base.descendants.each(&:reset_column_information)
Redmine::DefaultData::Loader.load("en")
Setting.rest_api_enabled = "1"
Setting.notified_events = []
admin = User.find_by(login: "admin")
tracker = Tracker.first
project = Project.create!(name: "NQ57", identifier: "nq57", trackers: [tracker])
fields = %w[Code Unit].map do |name|
  IssueCustomField.create!(name: name, field_format: "string", is_for_all: true, trackers: [tracker])
end
status = { "NEW" => "New", "DOING" => "In Progress", "DONE" => "Closed" }.transform_values { |n| IssueStatus.find_by!(name: n) }
priority = IssuePriority.first
ActiveRecord::Base.transaction do
  JSON.parse(File.read(ENV.fetch("WORKS"))).each do |row|
    issue = Issue.new(project: project, tracker: tracker, author: admin, subject: row["title"], priority: priority,
                      status: status.fetch(row["status"]), due_date: row["due"], done_ratio: row["percent"].to_f.round(-1),
                      description: row["note"])
    issue.custom_field_values = { fields[0].id.to_s => row["code"], fields[1].id.to_s => row["unit"] }
    issue.save!(validate: false)
    issue.update_columns(updated_on: row["updated"])
  end
end
server = WEBrick::HTTPServer.new(BindAddress: "127.0.0.1", Port: 0, AccessLog: [], Logger: WEBrick::Log.new(File::NULL))
server.mount "/", Rack::Handler::WEBrick, Rails.application
puts JSON.dump(port: server.config[:Port], key: admin.api_key)
$stdout.flush
trap("TERM") { server.shutdown }
server.start
