resource "aws_kms_key" "data" {
  description = "data"
}

resource "aws_kms_alias" "data" {
  name          = "alias/data"
  target_key_id = aws_kms_key.data.key_id
}

resource "aws_db_instance" "db" {
  identifier  = "db"
  engine      = "postgres"
  kms_key_id  = aws_kms_key.data.arn
  multi_az    = true
}

resource "aws_sqs_queue" "work" {
  name              = "work"
  kms_master_key_id = aws_kms_alias.data.name
}

resource "aws_s3_bucket" "files" {
  bucket = "files"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "files" {
  bucket = aws_s3_bucket.files.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

# => aws_db_instance.db database 1/2 zones?(no zone is written) failover automatic
# => aws_kms_key.data secret_store 1/1 region
# => aws_s3_bucket.files storage 1/1 region
# => aws_sqs_queue.work queue 1/1 region
# => aws_db_instance.db -requires/certain-> aws_kms_key.data
# =>     aws_db_instance.db is encrypted with aws_kms_key.data
# => aws_s3_bucket.files -requires/certain-> aws_kms_key.data
# =>     aws_s3_bucket.files is encrypted as aws_s3_bucket_server_side_encryption_configuration.files says
# =>     aws_s3_bucket_server_side_encryption_configuration.files is encrypted with aws_kms_key.data
# => aws_sqs_queue.work -requires/certain-> aws_kms_key.data
# =>     aws_sqs_queue.work is encrypted with aws_kms_alias.data
# =>     aws_kms_alias.data is a name of aws_kms_key.data
